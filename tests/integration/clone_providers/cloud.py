#!/usr/bin/env python3
"""The API of RDS as moto has it, within this process: so statuses, events and errors that moto doesn't know can be put into
it.

    cloud.py HOST PORT FOLDER     answers at the address in FOLDER/url, until it is killed

There is a cluster shop-db there. What is cloned from it is the server at HOST:PORT: FOLDER/asked appears with the first
wish for a clone's instance, which is available when whoever makes the copy has written its file and position to
FOLDER/made. FOLDER/requests gets a line each.
"""

import datetime
import logging
import os
import pathlib
import signal
import sys
import warnings

CACHE = os.environ.get("MILLRACE_CACHE") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "millrace")
VENV = os.path.join(CACHE, "moto", "venv")

# Only with what provision.sh installed, whatever this machine has besides.
if os.path.realpath(sys.prefix) != os.path.realpath(VENV):
    python = os.path.join(VENV, "bin", "python")
    if not os.access(python, os.X_OK):
        sys.exit(f"no moto in {VENV}: run tests/support/provision.sh moto")
    os.execv(python, [python] + sys.argv)

import boto3
import moto.core.utils
from moto.core.responses import ActionResult
from moto.rds.exceptions import RDSClientError
from moto.rds.models import DBCluster, Event, rds_backends
from moto.rds.responses import RDSResponse
from moto.server import ThreadedMotoServer

ACCOUNT, REGION = "123456789012", "eu-west-1"
NAME = "millrace-shop"
INSTANCE = NAME + "-1"
POSITION = "Binlog position from crash recovery is %s %d"


logging.getLogger("werkzeug").setLevel(logging.ERROR)
# moto is told to answer with errors that are not RDS's own.
warnings.filterwarnings("ignore", message=".*does not match an error shape")


class Aws:
    """moto's server, with a log of the requests and faults on demand."""

    OPERATIONS = {
        "DescribeDBClusters": "describe_db_clusters",
        "DescribeDBInstances": "describe_db_instances",
        "RestoreDBClusterToPointInTime": "restore_db_cluster_to_point_in_time",
        "CreateDBInstance": "create_db_instance",
        "DescribeEvents": "describe_events",
        "AddTagsToResource": "add_tags_to_resource",
        "DeleteDBInstance": "delete_db_instance",
        "DeleteDBCluster": "delete_db_cluster",
    }

    def __init__(self):
        self.requests, self.faults, self.clones = [], [], 0
        for operation, method in self.OPERATIONS.items():
            setattr(RDSResponse, method, self.hooked(operation, getattr(RDSResponse, method)))
        self.server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self.server.start()
        self.url = "http://%s:%d" % self.server.get_host_and_port()
        self.client = self.boto("rds")

    def boto(self, service):
        return boto3.client(service, region_name=REGION, endpoint_url=self.url, aws_access_key_id="id",
                            aws_secret_access_key="key")

    def hooked(self, operation, original):
        def call(response):
            self.requests.append((operation, response.params.original_dict()))
            fault = next((fault for fault in self.faults if fault["operation"] == operation), None)
            if fault is not None:
                fault["times"] -= 1
                if fault["times"] == 0:
                    self.faults.remove(fault)
                if fault["happens"]:
                    original(response)
                raise RDSClientError(fault["code"], fault["message"])
            # A filter that moto doesn't know.
            if any(one["Name"] == "clone-group-id" for one in response.params.get("Filters", [])):
                return ActionResult({"DBClusters": [self.cluster("shop-db")] * (self.clones + 1)})
            result = original(response)
            if operation == "DeleteDBCluster":
                # moto keeps a backup by the minute, and then no cluster of the same name can be made.
                self.backend.cluster_snapshots.clear()
            return result

        return call

    def fail(self, operation, code, message="for a test", times=1, happens=False):
        self.faults.append(dict(operation=operation, code=code, message=message, times=times, happens=happens))

    def parameters(self, operation):
        return [parameters for name, parameters in self.requests if name == operation]

    @property
    def backend(self):
        return rds_backends[ACCOUNT][REGION]

    def cluster(self, name):
        return self.backend.clusters.get(name)

    def instance(self, name):
        return self.backend.databases.get(name)

    def reset(self):
        self.requests, self.faults, self.clones = [], [], 0
        rds_backends.reset()

    def add_event(self, message, instance=INSTANCE, age=datetime.timedelta(0)):
        event = object.__new__(Event)
        event.source_identifier, event.source_type = instance, "db-instance"
        event.message, event.event_categories = message, []
        event.source_arn = f"arn:aws:rds:{REGION}:{ACCOUNT}:db:{instance}"
        event.date = moto.core.utils.utcnow() - age
        self.backend.events.append(event)


class CloudOfOneServer(Aws):
    """Its clones are the server at host:port, made by somebody else."""

    def __init__(self, host, port, folder):
        self.folder, self.port = pathlib.Path(folder), port
        DBCluster.endpoint = property(lambda cluster: host)
        super().__init__()
        self.client.create_db_cluster(DBClusterIdentifier="shop-db", Engine="aurora-mysql", MasterUsername="admin",
                                      MasterUserPassword="password")
        self.client.create_db_instance(DBInstanceIdentifier="shop-db-1", DBClusterIdentifier="shop-db",
                                       Engine="aurora-mysql", DBInstanceClass="db.r6g.large")
        self.asked, self.made = self.folder / "asked", self.folder / "made"
        self.is_told = False

    def hooked(self, operation, original):
        next_call = super().hooked(operation, original)

        def call(response):
            with open(self.folder / "requests", "a", encoding="utf-8") as log:
                print(operation, file=log)
            clone = self.instance(INSTANCE)
            if operation == "DescribeDBInstances" and clone is not None and not self.is_told and self.made.exists():
                clone.status, self.is_told = "available", True
                file, position = self.made.read_text(encoding="utf-8").split()
                self.add_event(POSITION % (file, int(position)))
            result = next_call(response)
            if operation == "RestoreDBClusterToPointInTime":
                self.cluster(NAME).port = self.port
            if operation == "CreateDBInstance" and self.instance(INSTANCE) is not None:
                self.instance(INSTANCE).status = "creating"
                self.asked.touch()
            return result

        return call


if __name__ == "__main__":
    cloud = CloudOfOneServer(sys.argv[1], int(sys.argv[2]), sys.argv[3])
    # Whole or not at all.
    (cloud.folder / "url.new").write_text(cloud.url, encoding="utf-8")
    os.rename(cloud.folder / "url.new", cloud.folder / "url")
    signal.pause()
