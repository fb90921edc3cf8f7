"""An alarm that says what it means, what to do, and where that is written out."""

from dataclasses import dataclass

from aws_cdk import aws_cloudwatch as watch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

RUNBOOK = "docs/runbooks/alarms.md"


@dataclass(frozen=True)
class AlarmProps:
    """Rings when `metric` is above `above` in `times` periods one after another. `runbook` is a heading's anchor."""

    metric: watch.IMetric
    above: float
    times: int
    means: str
    do: str
    runbook: str


class Alarm(watch.Alarm):
    """Tells the topic when it begins and when it is over. No data is no alarm: nothing runs at night."""

    def __init__(self, scope: Construct, name: str, topic: sns.ITopic, props: AlarmProps) -> None:
        super().__init__(
            scope, name,
            metric=props.metric, threshold=props.above, evaluation_periods=props.times, datapoints_to_alarm=props.times,
            comparison_operator=watch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            treat_missing_data=watch.TreatMissingData.NOT_BREACHING,
            alarm_description=f"{props.means} What to do: {props.do} Runbook: {RUNBOOK}#{props.runbook}",
        )  # fmt: skip
        tell = actions.SnsAction(topic)
        self.add_alarm_action(tell)
        self.add_ok_action(tell)
