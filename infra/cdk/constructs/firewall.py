"""AWS WAF in front of the balancer: AWS's own rules against known attacks, and a limit for each address."""

from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_wafv2 as waf
from constructs import Construct

MOST_IN_FIVE_MINUTES = 3_000
_FORWARDED = waf.CfnWebACL.ForwardedIPConfigurationProperty(header_name="X-Forwarded-For", fallback_behavior="MATCH")
# SizeRestrictions_BODY would refuse a product list (20 MB at most); the dashboard limits what it takes itself.
RULE_SETS = {
    "AWSManagedRulesCommonRuleSet": ["SizeRestrictions_BODY"],
    "AWSManagedRulesKnownBadInputsRuleSet": [],
    "AWSManagedRulesAmazonIpReputationList": [],
}


def protect(scope: Construct, balancer: elb.ApplicationLoadBalancer, behind_cloudfront: bool) -> waf.CfnWebACL:
    """A web ACL on the balancer; what it blocks is sampled and counted.

    `behind_cloudfront`: every request comes from an address of CloudFront's, which says whose it was in a header. That
    header can be forged: then the limit is one for people who share an edge, no wall against an attack.
    """
    rules = [_managed(number, name, counted) for number, (name, counted) in enumerate(RULE_SETS.items())]
    limit = waf.CfnWebACL.RuleProperty(
        name="each-address", priority=len(rules), action=waf.CfnWebACL.RuleActionProperty(block={}),
        statement=waf.CfnWebACL.StatementProperty(
            rate_based_statement=waf.CfnWebACL.RateBasedStatementProperty(
                limit=MOST_IN_FIVE_MINUTES,
                aggregate_key_type="FORWARDED_IP" if behind_cloudfront else "IP",
                forwarded_ip_config=_FORWARDED if behind_cloudfront else None,
            )
        ),
        visibility_config=_seen("each-address"),
    )  # fmt: skip
    acl = waf.CfnWebACL(
        scope, "Firewall", scope="REGIONAL", default_action=waf.CfnWebACL.DefaultActionProperty(allow={}),
        rules=[*rules, limit], visibility_config=_seen("firewall"),
    )  # fmt: skip
    waf.CfnWebACLAssociation(scope, "Protected", resource_arn=balancer.load_balancer_arn, web_acl_arn=acl.attr_arn)
    return acl


def _managed(priority: int, name: str, counted: list[str]) -> waf.CfnWebACL.RuleProperty:
    group = waf.CfnWebACL.ManagedRuleGroupStatementProperty(
        vendor_name="AWS", name=name,
        rule_action_overrides=[
            waf.CfnWebACL.RuleActionOverrideProperty(
                name=rule, action_to_use=waf.CfnWebACL.RuleActionProperty(count={})
            )
            for rule in counted
        ],
    )  # fmt: skip
    return waf.CfnWebACL.RuleProperty(
        name=name, priority=priority, override_action=waf.CfnWebACL.OverrideActionProperty(none={}),
        statement=waf.CfnWebACL.StatementProperty(managed_rule_group_statement=group), visibility_config=_seen(name),
    )  # fmt: skip


def _seen(name: str) -> waf.CfnWebACL.VisibilityConfigProperty:
    return waf.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=f"pixplore-{name}", sampled_requests_enabled=True
    )
