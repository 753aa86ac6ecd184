"""Serves Amazon's DynamoDB Local on 127.0.0.1, in memory: `dynamodb_local.py FOLDER PORT`.

Its own main listens on every interface, and there is no flag against it. So its handler is put behind a Jetty server of
ours, on loopback only; nothing is reported to Amazon, which only that main does.
"""

import os
import sys

import jpype

SERVER = "com.amazonaws.services.dynamodbv2.local.server."
IN_MEMORY, NO_FILE, NOT_SHARED, NO_DELAYS, NO_CORS = True, None, False, False, None


def serve(folder: str, port: int) -> None:
    """Serves until it is ended. The folder has `DynamoDBLocal.jar` and `DynamoDBLocal_lib`."""
    libraries = f"{folder}/DynamoDBLocal_lib"
    os.environ["LD_LIBRARY_PATH"] = libraries  # where the Java runtime looks for SQLite
    jpype.startJVM(classpath=[f"{folder}/DynamoDBLocal.jar", f"{libraries}/*"])
    requests = jpype.JClass(SERVER + "LocalDynamoDBRequestHandler")(0, IN_MEMORY, NO_FILE, NOT_SHARED, NO_DELAYS)
    loopback = jpype.JClass("java.net.InetSocketAddress")("127.0.0.1", port)
    server = jpype.JClass("org.eclipse.jetty.server.Server")(loopback)
    server.setHandler(jpype.JClass(SERVER + "LocalDynamoDBServerHandler")(requests, NO_CORS))
    server.start()
    server.join()


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
