#!/usr/bin/env python3
"""The clone provider `aurora` against a mock of the cloud's API.

    aurora_test.py [Class.test...]        the environment of the tests: MILLRACE_SOURCE_DIR, MILLRACE_CACHE
"""

import contextlib
import datetime
import json
import os
import subprocess
import unittest

from cloud import INSTANCE, NAME, POSITION, REGION, VENV, Aws, RDSResponse

SOURCE = os.environ.get("MILLRACE_SOURCE_DIR") or os.getcwd()
PROVIDER = os.path.join(SOURCE, "config", "clone-providers", "aurora")


def setUpModule():
    AuroraTest.aws = Aws()


def tearDownModule():
    AuroraTest.aws.server.stop()


class AuroraTest(unittest.TestCase):
    aws = None
    # Which way to the API the provider takes.
    client = "boto3"

    def setUp(self):
        self.aws.reset()
        ec2 = self.aws.boto("ec2")
        subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]]
        self.group = ec2.create_security_group(GroupName=self.id(), Description="shop")["GroupId"]
        self.aws.client.create_db_subnet_group(DBSubnetGroupName="shop-subnets", DBSubnetGroupDescription="shop",
                                               SubnetIds=subnets)
        self.aws.client.create_db_cluster_parameter_group(
            DBClusterParameterGroupName="shop-binlog", DBParameterGroupFamily="aurora-mysql8.0", Description="shop")
        self.aws.client.create_db_cluster(
            DBClusterIdentifier="shop-db", Engine="aurora-mysql", MasterUsername="admin", MasterUserPassword="password",
            Port=3307, DBSubnetGroupName="shop-subnets", VpcSecurityGroupIds=[self.group],
            DBClusterParameterGroupName="shop-binlog", EnableIAMDatabaseAuthentication=True,
            Tags=[{"Key": "team", "Value": "shop"}, {"Key": "millrace:position", "Value": "of another:1"}])
        for number in (1, 2):
            self.aws.client.create_db_instance(
                DBInstanceIdentifier=f"shop-db-{number}", DBClusterIdentifier="shop-db", Engine="aurora-mysql",
                DBInstanceClass="db.r6g.large")
        self.aws.requests.clear()
        self.host = self.aws.cluster("shop-db").endpoint

    def run_provider(self, verb, environment=None, **options):
        """Its exit code, the object that it printed, and its messages."""
        variables = {
            "PATH": os.path.join(VENV, "bin") + ":/usr/bin:/bin", "HOME": "/nonexistent", "AWS_ACCESS_KEY_ID": "id",
            "AWS_SECRET_ACCESS_KEY": "key", "AWS_EC2_METADATA_DISABLED": "true", "MILLRACE_SOURCE_NAME": "shop",
            "MILLRACE_SOURCE_HOST": self.host, "MILLRACE_SOURCE_PORT": "3307", "MILLRACE_SOURCE_USER": "cdc",
            "MILLRACE_SOURCE_PASSWORD": "secret", "MILLRACE_PROVIDER_TIMEOUT": "60",
            "MILLRACE_CLONE_NAME": NAME, "MILLRACE_CLONE_CLIENT": self.client,
            "MILLRACE_CLONE_ENDPOINT_URL": self.aws.url, "MILLRACE_CLONE_POLL_INTERVAL": "0.02",
            "MILLRACE_CLONE_EVENT_WAIT": "0",
        }
        variables.update(environment or {})
        variables.update({"MILLRACE_CLONE_" + name.upper(): value for name, value in options.items()})
        ended = subprocess.run([os.path.join(VENV, "bin", "python"), PROVIDER, verb], env=variables,
                               capture_output=True, text=True, timeout=120)
        self.assertNotIn("Traceback", ended.stderr)
        return ended.returncode, json.loads(ended.stdout) if ended.stdout else None, ended.stderr

    def create(self, code=0, **options):
        ended = self.run_provider("create", **options)
        self.assertEqual(ended[0], code, ended)
        return ended[1] if code == 0 else ended[2]

    def delete(self, code=0, **options):
        ended = self.run_provider("delete", **options)
        self.assertEqual(ended[0], code, ended)
        return ended[2]

    def tags(self, thing):
        return {tag["Key"]: tag["Value"] for tag in thing.tags}

    @contextlib.contextmanager
    def when_created(self, act):
        """`act` as soon as the clone's instance is there."""
        original = RDSResponse.create_db_instance

        def call(response):
            result = original(response)
            act()
            return result

        RDSResponse.create_db_instance = call
        try:
            yield
        finally:
            RDSResponse.create_db_instance = original


class Create(AuroraTest):
    def test_a_clone_as_the_source_is(self):
        with self.when_created(lambda: self.aws.add_event(POSITION % ("mysql-bin-changelog.000003", 4278))):
            answer = self.create()
        self.assertEqual(answer, {"host": self.aws.cluster(NAME).endpoint, "port": 3307,
                                  "file": "mysql-bin-changelog.000003", "pos": 4278})
        [restore] = self.aws.parameters("RestoreDBClusterToPointInTime")
        tags = restore.pop("Tags")
        self.assertEqual(restore, {
            "SourceDBClusterIdentifier": "shop-db", "DBClusterIdentifier": NAME, "RestoreType": "copy-on-write",
            "UseLatestRestorableTime": True, "Port": 3307, "DBSubnetGroupName": "shop-subnets",
            "VpcSecurityGroupIds": [self.group], "DBClusterParameterGroupName": "shop-binlog",
            "EnableIAMDatabaseAuthentication": True, "DeletionProtection": False})
        own = {"team": "shop", "millrace:clone": NAME, "millrace:source": "shop", "millrace:source-cluster": "shop-db"}
        self.assertEqual({tag["Key"]: tag["Value"] for tag in tags}, own)
        [create] = self.aws.parameters("CreateDBInstance")
        self.assertEqual({tag["Key"]: tag["Value"] for tag in create.pop("Tags")}, own)
        self.assertEqual(create, {
            "DBInstanceIdentifier": INSTANCE, "DBClusterIdentifier": NAME, "Engine": "aurora-mysql",
            "DBInstanceClass": "db.r6g.large", "PubliclyAccessible": False, "AutoMinorVersionUpgrade": False})

    def test_again_gives_the_same_and_makes_nothing(self):
        with self.when_created(lambda: self.aws.add_event(POSITION % ("mysql-bin-changelog.000003", 4278))):
            answer = self.create()
        # The clone crashed in the meantime, and the first event is forgotten.
        self.aws.backend.events.clear()
        self.aws.add_event(POSITION % ("mysql-bin-changelog.000007", 4))
        self.aws.requests.clear()
        self.assertEqual(self.create(), answer)
        self.assertEqual({name for name, _ in self.aws.requests}, {"DescribeDBClusters", "DescribeDBInstances"})

    def test_options(self):
        ec2 = self.aws.boto("ec2")
        groups = [ec2.create_security_group(GroupName=f"{self.id()}{i}", Description="x")["GroupId"] for i in (1, 2)]
        self.aws.client.create_db_cluster_parameter_group(
            DBClusterParameterGroupName="other", DBParameterGroupFamily="aurora-mysql8.0", Description="x")
        self.host = "db.example"
        self.create(cluster_identifier="shop-db", region=REGION, instance_class="db.r6g.4xlarge", name="Other-Clone",
                    tags="team=data, cost-center = 4711,empty=", security_groups=", ".join(groups),
                    parameter_group="other", subnet_group="shop-subnets")
        [restore] = self.aws.parameters("RestoreDBClusterToPointInTime")
        self.assertEqual(restore["DBClusterIdentifier"], "other-clone")
        self.assertEqual(restore["VpcSecurityGroupIds"], groups)
        self.assertEqual(restore["DBClusterParameterGroupName"], "other")
        self.assertEqual({tag["Key"]: tag["Value"] for tag in restore["Tags"]},
                         {"team": "data", "cost-center": "4711", "empty": "", "millrace:clone": "other-clone",
                          "millrace:source": "shop", "millrace:source-cluster": "shop-db"})
        self.assertEqual(self.aws.instance("other-clone-1").db_instance_class, "db.r6g.4xlarge")

    def test_the_endpoint_of_an_instance_names_the_cluster(self):
        self.host = f"shop-db-2.abcdefgh.{REGION}.rds.amazonaws.com"
        self.create()
        self.assertIsNotNone(self.aws.cluster(NAME))

    def test_a_serverless_instance_keeps_its_scaling(self):
        self.aws.cluster("shop-db").serverless_v2_scaling_configuration = {"min_capacity": 0.5, "max_capacity": 8.0}
        self.create()
        [restore] = self.aws.parameters("RestoreDBClusterToPointInTime")
        self.assertEqual(restore["ServerlessV2ScalingConfiguration"], {"MinCapacity": 0.5, "MaxCapacity": 8.0})

    def test_the_first_recovery_of_this_clone_counts(self):
        # An earlier clone of the name; this one; its own crashes.
        self.aws.add_event(POSITION % ("mysql-bin-changelog.000001", 1), age=datetime.timedelta(hours=2))

        def happen():
            self.aws.add_event(POSITION % ("mysql-bin-changelog.000009", 9), age=datetime.timedelta(seconds=-20))
            self.aws.add_event(POSITION % ("mysql-bin-changelog.000003", 4278))
            self.aws.add_event(POSITION % ("mysql-bin-changelog.000008", 8), age=datetime.timedelta(seconds=-10))
            self.aws.add_event(POSITION % ("mysql-bin-changelog.000002", 2), instance="shop-db-1")

        with self.when_created(happen):
            answer = self.create()
        self.assertEqual((answer["file"], answer["pos"]), ("mysql-bin-changelog.000003", 4278))

    def test_without_an_event_the_position_is_left_open(self):
        code, answer, messages = self.run_provider("create")
        self.assertEqual(code, 0, messages)
        self.assertEqual(set(answer), {"host", "port"})
        self.assertIn("warning: no event tells the binlog position", messages)

    def test_events_of_an_old_clone_are_not_believed(self):
        self.create()
        self.aws.cluster(NAME).cluster_create_time -= datetime.timedelta(days=14)
        self.aws.add_event(POSITION % ("mysql-bin-changelog.000007", 4))
        self.assertEqual(set(self.create()), {"host", "port"})

    def test_goes_on_after_an_interruption(self):
        self.aws.fail("CreateDBInstance", "InsufficientDBInstanceCapacity", "none is left")
        self.assertIn("none is left", self.create(code=75))
        self.assertIsNotNone(self.aws.cluster(NAME))
        self.assertIsNone(self.aws.instance(INSTANCE))
        self.create()
        self.assertEqual(len(self.aws.parameters("RestoreDBClusterToPointInTime")), 1)
        self.assertIsNotNone(self.aws.instance(INSTANCE))

    def test_an_answer_that_got_lost(self):
        # What was asked for happened; the second request finds it there.
        self.aws.fail("RestoreDBClusterToPointInTime", "InternalFailure", happens=True)
        self.aws.fail("RestoreDBClusterToPointInTime", "DBClusterAlreadyExistsFault")
        self.aws.fail("CreateDBInstance", "ServiceUnavailable", happens=True)
        self.create()

    def test_an_instance_that_never_comes_up(self):
        def hang():
            self.aws.instance(INSTANCE).status = "creating"

        with self.when_created(hang):
            messages = self.create(code=75, environment={"MILLRACE_PROVIDER_TIMEOUT": "4"})
        self.assertRegex(messages, f"the instance {INSTANCE} is still creating after \\d+ s")
        # It did in the end.
        self.aws.instance(INSTANCE).status = "available"
        self.create()

    def test_an_instance_that_can_not_come_up(self):
        def fail():
            self.aws.instance(INSTANCE).status = "incompatible-parameters"

        with self.when_created(fail):
            messages = self.create(code=1)
        self.assertIn(f"the instance {INSTANCE} can't be used: its status is incompatible-parameters", messages)

    def test_a_clone_that_somebody_deletes_meanwhile(self):
        def delete():
            self.aws.instance(INSTANCE).status = "deleting"

        with self.when_created(delete):
            self.assertIn("is being deleted by somebody else", self.create(code=75))

    def test_an_interrupted_deletion_is_finished_first(self):
        self.create()
        self.aws.fail("DeleteDBCluster", "AccessDenied", "not now")
        self.delete(code=1)
        self.assertIsNone(self.aws.instance(INSTANCE))
        old = self.aws.cluster(NAME)
        self.create()
        self.assertIsNot(self.aws.cluster(NAME), old)
        self.assertIsNotNone(self.aws.instance(INSTANCE))
        self.assertNotIn("millrace:deleting", self.tags(self.aws.cluster(NAME)))


class Limits(AuroraTest):
    def test_throttling_passes(self):
        for operation in ("DescribeDBClusters", "RestoreDBClusterToPointInTime", "CreateDBInstance", "DescribeEvents"):
            self.aws.fail(operation, "Throttling", "Rate exceeded", times=3)
        code, answer, messages = self.run_provider("create")
        self.assertEqual(code, 0, messages)
        self.assertIn("asking again: DescribeEvents: Throttling: Rate exceeded", messages)
        self.assertEqual(len(self.aws.parameters("RestoreDBClusterToPointInTime")), 4)

    def test_throttling_that_does_not_pass(self):
        self.aws.fail("RestoreDBClusterToPointInTime", "Throttling", "Rate exceeded", times=1000)
        messages = self.create(code=75)
        self.assertIn("AWS didn't answer 8 requests: RestoreDBClusterToPointInTime: Throttling: Rate exceeded", messages)
        self.assertEqual(len(self.aws.parameters("RestoreDBClusterToPointInTime")), 8)

    def test_nobody_answers(self):
        code, _, messages = self.run_provider("create", endpoint_url="http://127.0.0.1:1")
        self.assertEqual(code, 75, messages)
        self.assertIn("DescribeDBClusters: ConnectionError: Could not connect", messages)

    def test_the_sixteenth_clone_is_a_full_copy(self):
        self.aws.cluster("shop-db").clone_group_id = "group"
        self.aws.clones = 14
        code, _, messages = self.run_provider("create")
        self.assertEqual(code, 0, messages)
        self.assertNotIn("full copy", messages)
        self.delete()
        self.aws.clones = 15
        code, _, messages = self.run_provider("create")
        self.assertEqual(code, 0, messages)
        self.assertIn("warning: shop-db has 15 clones, and AWS makes the one after 15 a full copy", messages)

    def test_quotas_may_pass(self):
        self.aws.fail("RestoreDBClusterToPointInTime", "DBClusterQuotaExceededFault", "You have 40 clusters")
        self.assertIn("You have 40 clusters", self.create(code=75))
        self.aws.fail("RestoreDBClusterToPointInTime", "InvalidDBClusterStateFault", "shop-db is failing over")
        self.assertIn("shop-db is failing over", self.create(code=75))
        self.aws.fail("DescribeDBClusters", "ExpiredToken", "The security token is expired")
        self.assertIn("token is expired", self.create(code=75))


class Refusals(AuroraTest):
    def test_access_denied_names_the_action(self):
        self.aws.fail("RestoreDBClusterToPointInTime", "AccessDenied",
                      "User: arn:aws:iam::1:user/cdc is not authorized to perform: rds:AddTagsToResource on resource: x")
        self.assertIn("IAM doesn't allow rds:AddTagsToResource: User: arn:aws:iam::1:user/cdc", self.create(code=1))
        self.aws.fail("CreateDBInstance", "AccessDenied", "denied by a policy")
        self.assertIn("IAM doesn't allow rds:CreateDBInstance: denied by a policy", self.create(code=1))
        self.aws.fail("DeleteDBInstance", "AccessDenied", "")
        self.create()
        self.assertIn("IAM doesn't allow rds:DeleteDBInstance", self.delete(code=1))

    def test_other_refusals_are_final(self):
        self.aws.fail("RestoreDBClusterToPointInTime", "InvalidVPCNetworkStateFault", "two zones are needed")
        self.assertIn("RestoreDBClusterToPointInTime: InvalidVPCNetworkStateFault: two zones are needed",
                      self.create(code=1))

    def test_no_credentials(self):
        code, _, messages = self.run_provider("create", environment={"AWS_ACCESS_KEY_ID": "",
                                                                     "AWS_SECRET_ACCESS_KEY": ""})
        self.assertEqual(code, 1)
        self.assertRegex(messages, "(?i)credentials")

    def test_what_is_not_ours_is_left_alone(self):
        self.aws.client.create_db_cluster(DBClusterIdentifier=NAME, Engine="aurora-mysql", MasterUsername="admin",
                                          MasterUserPassword="password")
        for messages in (self.create(code=1), self.delete(code=1)):
            self.assertIn(f"there is a cluster {NAME} without the tag millrace:clone={NAME}", messages)
        self.assertIsNotNone(self.aws.cluster(NAME))

    def test_a_clone_of_another_cluster_is_left_alone(self):
        self.create()
        self.aws.client.create_db_cluster(DBClusterIdentifier="blog-db", Engine="aurora-mysql", MasterUsername="admin",
                                          MasterUserPassword="password")
        self.aws.client.create_db_instance(DBInstanceIdentifier="blog-db-1", DBClusterIdentifier="blog-db",
                                           Engine="aurora-mysql", DBInstanceClass="db.r6g.large")
        self.assertIn(f"there is a clone {NAME} of the cluster shop-db, and this source is blog-db",
                      self.create(code=1, cluster_identifier="blog-db"))

    def test_an_instance_that_somebody_added_is_left_alone(self):
        self.create()
        self.aws.client.create_db_instance(DBInstanceIdentifier="reports", DBClusterIdentifier=NAME,
                                           Engine="aurora-mysql", DBInstanceClass="db.r6g.large")
        self.assertIn(f"the instance reports of the clone {NAME} has no tag", self.delete(code=1))
        self.assertIsNotNone(self.aws.instance("reports"))
        self.assertIsNotNone(self.aws.instance(INSTANCE))

    def test_sources_that_can_not_be_cloned(self):
        self.host = "db.example"
        self.assertIn("no region is known: db.example doesn't name one", self.create(code=1))
        self.assertIn("the option cluster.identifier is needed", self.create(code=1, region=REGION))
        self.assertIn("there is no cluster nothing", self.create(code=1, region=REGION, cluster_identifier="nothing"))
        self.host = f"mine.cluster-custom-abcdefgh.{REGION}.rds.amazonaws.com"
        self.assertIn("the option cluster.identifier is needed", self.create(code=1))
        self.host = f"mine.abcdefgh.{REGION}.rds.amazonaws.com"
        self.assertIn("is not an instance of an Aurora cluster", self.create(code=1))
        self.host = f"pg.cluster-abcdefgh.{REGION}.rds.amazonaws.com"
        self.aws.client.create_db_cluster(DBClusterIdentifier="pg", Engine="aurora-postgresql", MasterUsername="admin",
                                          MasterUserPassword="password")
        self.assertIn("the cluster pg is aurora-postgresql, not Aurora MySQL", self.create(code=1))
        self.host = f"empty.cluster-abcdefgh.{REGION}.rds.amazonaws.com"
        self.aws.client.create_db_cluster(DBClusterIdentifier="empty", Engine="aurora-mysql", MasterUsername="admin",
                                          MasterUserPassword="password")
        self.assertIn("the cluster empty has no instance", self.create(code=1))

    def test_options_that_are_slips(self):
        self.assertIn("there is no option instance.clas: is instance.class meant?", self.create(code=1, instance_clas="x"))
        self.assertIn("the option poll.interval is not a number of seconds: 'often'",
                      self.create(code=1, poll_interval="often"))
        self.assertIn("the option tags is not key=value", self.create(code=1, tags="team"))
        self.assertIn("can't be a cluster's identifier", self.create(code=1, name="a--b"))
        self.assertEqual(self.aws.parameters("RestoreDBClusterToPointInTime"), [])

    def test_words_on_the_command_line(self):
        self.assertEqual(self.run_provider("destroy")[0], 64)


class Delete(AuroraTest):
    def test_all_of_it_and_again(self):
        self.create()
        self.aws.client.create_db_instance(DBInstanceIdentifier="bigger", DBClusterIdentifier=NAME, Engine="aurora-mysql",
                                           DBInstanceClass="db.r6g.16xlarge",
                                           Tags=[{"Key": "millrace:clone", "Value": NAME}])
        self.delete()
        self.assertEqual(set(self.aws.backend.clusters), {"shop-db"})
        self.assertEqual(set(self.aws.backend.databases), {"shop-db-1", "shop-db-2"})
        [cluster] = self.aws.parameters("DeleteDBCluster")
        self.assertEqual(cluster, {"DBClusterIdentifier": NAME, "SkipFinalSnapshot": True})
        self.assertIn(f"there is no clone {NAME}", self.delete())

    def test_waits_until_it_is_in_a_state_for_that(self):
        self.create()
        self.aws.fail("DeleteDBInstance", "InvalidDBInstanceState", "backing up", times=2)
        self.aws.fail("DeleteDBCluster", "InvalidDBClusterStateFault", "still has instances", times=2)
        self.assertIn("waiting: DeleteDBInstance: InvalidDBInstanceState: backing up", self.delete())
        self.assertEqual(set(self.aws.backend.clusters), {"shop-db"})

    def test_somebody_else_is_faster(self):
        self.create()
        self.aws.fail("DeleteDBInstance", "DBInstanceNotFound", happens=True)
        self.aws.fail("DeleteDBCluster", "DBClusterNotFoundFault", happens=True)
        self.delete()
        self.assertEqual(set(self.aws.backend.clusters), {"shop-db"})


class ByCommandLine(AuroraTest):
    """The same requests by the AWS command line."""

    client = "cli"

    def test_create_and_delete(self):
        self.aws.fail("RestoreDBClusterToPointInTime", "Throttling", "Rate exceeded")
        with self.when_created(lambda: self.aws.add_event(POSITION % ("mysql-bin-changelog.000003", 4278))):
            answer = self.create()
        self.assertEqual(answer, {"host": self.aws.cluster(NAME).endpoint, "port": 3307,
                                  "file": "mysql-bin-changelog.000003", "pos": 4278})
        self.assertEqual(self.tags(self.aws.cluster(NAME))["millrace:position"], "mysql-bin-changelog.000003:4278")
        self.delete()
        self.assertEqual(set(self.aws.backend.clusters), {"shop-db"})

    def test_access_denied(self):
        self.aws.fail("CreateDBInstance", "AccessDenied", "denied: by a policy")
        self.assertIn("IAM doesn't allow rds:CreateDBInstance: denied: by a policy", self.create(code=1))

    def test_nobody_answers_and_no_credentials(self):
        code, _, messages = self.run_provider("create", endpoint_url="http://127.0.0.1:1")
        self.assertEqual(code, 75, messages)
        code, _, messages = self.run_provider("create", environment={"AWS_ACCESS_KEY_ID": "",
                                                                     "AWS_SECRET_ACCESS_KEY": ""})
        self.assertEqual(code, 1)
        self.assertIn("Unable to locate credentials", messages)


if __name__ == "__main__":
    unittest.main()
