"""Encryption, backups, logs with an end, and what must outlive a mistake."""

import json

from tests.infra.conftest import Templates, needs_cdk

needs_cdk()


def test_everything_that_keeps_data_is_encrypted(each: Templates) -> None:
    for name, bucket in each.resources("AWS::S3::Bucket").items():
        rules = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        wanted = "aws:kms" if name.startswith("data/") else "AES256"
        assert [rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] for rule in rules] == [wanted]
        assert rules[0].get("BucketKeyEnabled", False) is (wanted == "aws:kms")
    cluster = each.one("AWS::RDS::DBCluster", "data/")
    assert cluster["StorageEncrypted"] is True
    assert "KmsKeyId" in cluster
    for queue in each.resources("AWS::SQS::Queue").values():
        assert queue["SqsManagedSseEnabled"] is True
    for topic in each.resources("AWS::SNS::Topic").values():
        assert "KmsMasterKeyId" in topic
    for vault in each.resources("AWS::Backup::BackupVault").values():
        assert "EncryptionKeyArn" in vault
    for key in each.resources("AWS::KMS::Key").values():
        assert key["EnableKeyRotation"] is True
    for instance in each.resources("AWS::EC2::Instance").values():
        assert [disk["Ebs"]["Encrypted"] for disk in instance["BlockDeviceMappings"]] == [True]


def test_everything_that_speaks_asks_for_tls(each: Templates) -> None:
    parameters = each.one("AWS::RDS::DBClusterParameterGroup", "data/")["Parameters"]
    assert parameters["rds.force_ssl"] == "1"
    for distribution in each.resources("AWS::CloudFront::Distribution").values():
        behaviour = distribution["DistributionConfig"]["DefaultCacheBehavior"]
        assert behaviour["ViewerProtocolPolicy"] in ("https-only", "redirect-to-https")
    queues = each.resources("AWS::SQS::QueuePolicy")
    refused = [s for q in queues.values() for s in q["PolicyDocument"]["Statement"] if s["Effect"] == "Deny"]
    assert len(refused) == len(each.resources("AWS::SQS::Queue"))


def test_with_a_domain_browsers_and_the_balancer_speak_tls_1_2_at_least(domain: Templates) -> None:
    listeners = domain.resources("AWS::ElasticLoadBalancingV2::Listener").values()
    secure = [one for one in listeners if one["Protocol"] == "HTTPS"]
    plain = [one for one in listeners if one["Protocol"] == "HTTP"]
    assert [one["SslPolicy"] for one in secure] == ["ELBSecurityPolicy-TLS13-1-2-Res-2021-06"]
    assert [one["DefaultActions"][0]["RedirectConfig"]["Protocol"] for one in plain] == ["HTTPS"]


def test_who_asks_an_api_in_the_clear_is_refused_and_not_sent_on(small: Templates, domain: Templates) -> None:
    asked = {"/v1/*", "/data/*", "/shared/v1/*"}
    front = small.one("AWS::CloudFront::Distribution", "edge/")["DistributionConfig"]
    assert {one["PathPattern"]: one["ViewerProtocolPolicy"] for one in front["CacheBehaviors"]} == dict.fromkeys(
        asked, "https-only"
    )
    assert all(one["OriginRequestPolicyId"] and one["AllowedMethods"] for one in front["CacheBehaviors"])
    rule = domain.one("AWS::ElasticLoadBalancingV2::ListenerRule", "edge/PlainPrograms")
    assert set(rule["Conditions"][0]["PathPatternConfig"]["Values"]) == asked
    assert rule["Actions"][0]["FixedResponseConfig"]["StatusCode"] == "403"
    listeners = domain.resources("AWS::ElasticLoadBalancingV2::Listener")
    (plain,) = [at for at, one in listeners.items() if one["Protocol"] == "HTTP"]
    assert rule["ListenerArn"] == {"Ref": plain.partition("/")[2]}


def test_the_catalogue_can_be_brought_back(small: Templates, scale: Templates) -> None:
    for templates, days in ((small, 7), (scale, 35)):
        cluster = templates.one("AWS::RDS::DBCluster", "data/")
        assert cluster["BackupRetentionPeriod"] == days
        assert cluster["DeletionProtection"] is True
        assert cluster["EnableIAMDatabaseAuthentication"] is True
        assert cluster["ManageMasterUserPassword"] is True  # RDS keeps it, and rotates it
        assert "MasterUserPassword" not in cluster
        plan = templates.one("AWS::Backup::BackupPlan", "recovery/")["BackupPlan"]
        continuous = [rule for rule in plan["BackupPlanRule"] if rule.get("EnableContinuousBackup")]
        assert [rule["Lifecycle"]["DeleteAfterDays"] for rule in continuous] == [days]
        saved = json.dumps(templates.one("AWS::Backup::BackupSelection", "recovery/"))
        assert "Originals" in saved
        assert "cluster" in saved.lower()
        role = json.dumps(templates.one("AWS::IAM::Role", "recovery/Role")["ManagedPolicyArns"])
        for what in ("ForBackup", "ForRestores", "ForS3Backup", "ForS3Restore"):
            assert f"AWSBackupServiceRolePolicy{what}" in role


def test_scale_keeps_copies_in_another_region(small: Templates, scale: Templates) -> None:
    assert "elsewhere" not in small.stacks
    weekly = scale.one("AWS::Backup::BackupPlan", "recovery/")["BackupPlan"]["BackupPlanRule"][1]
    (copy,) = weekly["CopyActions"]
    assert ":backup:eu-west-1:" in json.dumps(copy["DestinationBackupVaultArn"])
    vault = scale.one("AWS::Backup::BackupVault", "elsewhere/")["BackupVaultName"]
    assert vault in json.dumps(copy["DestinationBackupVaultArn"])
    assert scale.needs["recovery"] >= {"elsewhere"}


def test_what_holds_data_outlives_its_stack(each: Templates) -> None:
    kept = {"AWS::S3::Bucket": "Retain", "AWS::KMS::Key": "Retain", "AWS::RDS::DBCluster": "Snapshot",
            "AWS::Cognito::UserPool": "Retain", "AWS::Backup::BackupVault": "Retain"}  # fmt: skip
    seen = set()
    for template in each.stacks.values():
        for resource in template["Resources"].values():
            if resource["Type"] in kept:
                seen.add(resource["Type"])
                assert resource["DeletionPolicy"] == kept[resource["Type"]], resource
                assert resource["UpdateReplacePolicy"] == kept[resource["Type"]], resource
    assert seen == set(kept)


def test_originals_keep_their_versions_grow_cold_and_stay_readable(each: Templates) -> None:
    bucket = each.one("AWS::S3::Bucket", "data/Originals")
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    first, versions = bucket["LifecycleConfiguration"]["Rules"]
    assert [(t["StorageClass"], t["TransitionInDays"]) for t in first["Transitions"]] == [
        ("STANDARD_IA", 30), ("GLACIER_IR", 90),  # both answer at once: an archive that must be thawed would not
    ]  # fmt: skip
    assert first["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 2}
    assert [t["StorageClass"] for t in versions["NoncurrentVersionTransitions"]] == ["DEEP_ARCHIVE"]
    assert versions["NoncurrentVersionExpiration"] == {"NoncurrentDays": 365, "NewerNoncurrentVersions": 2}


def test_every_log_has_an_end(each: Templates) -> None:
    groups = each.resources("AWS::Logs::LogGroup")
    assert len(groups) >= 9
    assert all(group["RetentionInDays"] in (30, 365) for group in groups.values())
    for function in each.resources("AWS::Lambda::Function").values():
        if "VpcConfig" in function:
            assert function["LoggingConfig"]["LogFormat"] == "JSON"
            assert function["TracingConfig"] == {"Mode": "Active"}


def test_logs_that_aws_would_make_without_an_end_are_there_before_their_first_line(each: Templates) -> None:
    named = {name: group for name, group in each.resources("AWS::Logs::LogGroup").items() if "LogGroupName" in group}
    called = {json.dumps(group["LogGroupName"]): name.split("/")[1] for name, group in named.items()}
    for words, writer in (
        ("/aws/rds/cluster/pixplore-", "AWS::RDS::DBCluster"),
        ("API-Gateway-Execution-Logs_", "AWS::ApiGateway::Stage"),
        ("/aws/lambda/", "Custom::Trigger"),
    ):
        (log,) = (name for text, name in called.items() if words in text)
        waiting = [
            resource for template in each.stacks.values() for resource in template["Resources"].values()
            if resource["Type"] == writer and log in resource.get("DependsOn", [])
        ]  # fmt: skip
        assert len(waiting) == 1, writer
    (cluster,) = each.resources("AWS::RDS::DBCluster").values()
    assert any(f"/aws/rds/cluster/{cluster['DBClusterIdentifier']}/postgresql" in text for text in called)


def test_containers_run_on_a_disk_they_cannot_write_but_for_named_folders(each: Templates) -> None:
    for name, task in each.resources("AWS::ECS::TaskDefinition").items():
        (container,) = task["ContainerDefinitions"]
        assert container["ReadonlyRootFilesystem"] is True
        folders = {mount["ContainerPath"] for mount in container["MountPoints"] if not mount["ReadOnly"]}
        assert folders == ({"/tmp", "/var/lib/pixplore"} if name.startswith("search/") else {"/tmp"})
        assert not container.get("Privileged")
        assert container["LinuxParameters"]["InitProcessEnabled"] is True
