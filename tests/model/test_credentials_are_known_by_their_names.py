"""The documented credential options of connectors, formats and file systems are neither written nor shown.

The names are those of the vendors' pages that `headgate.model.credential_keys` links.
"""

from __future__ import annotations

import json

import pytest

from headgate.model.credential_keys import names_a_credential
from headgate.model.masking import HIDDEN, masked_text, masked_value
from headgate.model.secret import Secrets
from headgate.model.secret_detection import tells_a_secret, values_in_arguments, values_in_statement

NOTHING = Secrets()
SECRET = "hush-hush-4711"
# Connector, and the options of it that hold credentials.
DOCUMENTED = {
    "DIS": "ak sk connector.ak connector.sk dis.ak dis.sk",
    "OBS": "ak sk fs.obs.access.key fs.obs.secret.key fs.obs.session.token",
    "DWS": "ak sk password connector.password",
    "Kafka": (
        "properties.sasl.jaas.config sasl.jaas.config connector.properties.sasl.jaas.config "
        "properties.ssl.key.password "
        "properties.ssl.keystore.password properties.ssl.truststore.password properties.ssl.keystore.key "
        "properties.sasl.login.token extraConfig.password"
    ),
    "JDBC": "password connector.password",
    "Redis": "password connector.password auth-password redis.pass",
    "Elasticsearch": "password connector.password api-key",
    "MongoDB": "password",
    "Hologres": "password accessId accessKey access_id access_key",
    "Log Service": "accessId accessKey accessID access-id access-key",
    "MaxCompute": "accessId accessKey odps.access.id odps.access.key sts_token sts-token securityToken",
    "Blink": "accessId accessKey stsAccessId stsAccessKey password accessKeySecret",
    "DataHub and Tablestore": "accessId accessKey subscriptionAccessKey",
    "RocketMQ": "accessKey secretKey rocketmq.client.accessKey rocketmq.client.secretKey",
    "Kinesis": "aws.credentials.basic.accesskeyid aws.credentials.basic.secretkey awsAccessKeyId aws_secret_key",
    "Pulsar": "auth-params pulsar.client.authParams",
    "HTTP": "http.header.Authorization gid.connector.http.source.lookup.header.authorization",
    "Confluent Avro": "avro-confluent.basic-auth.user-info avro-confluent.bearer-auth.token value.basic.auth.user.info",
    "file systems": "fs.oss.accessKeyId fs.oss.accessKeySecret s3.access-key s3.secret-key fs.cosn.userinfo.secretId "
    "fs.azure.account.key.store.blob.core.windows.net fs.s3a.session.token",
}
# Options that stand beside them, and only sound alike.
BESIDE = (
    "type region channel endPoint endpoint tunnelEndpoint project logStore topic username userName url key.fields "
    "key.format primary-key task risk mask sinkTask disk bypass compass passive tokenizer "
    "pwd_auth_name krb_auth_name ssl_auth_name passwdauth krb_auth kafka_certificate_name "
    "avro-confluent.basic-auth.credentials-source aws.credentials.provider fs.s3a.aws.credentials.provider "
    "properties.sasl.oauthbearer.token.endpoint.url properties.ssl.keystore.location password.file "
    "security.delegation.tokens.renewal.time-ratio table.secret-store.kind kubernetes.secrets"
)


@pytest.mark.parametrize(
    ("connector", "key"), [(name, key) for name, keys in DOCUMENTED.items() for key in keys.split()]
)
def test_a_documented_credential_is_hidden_everywhere(connector: str, key: str) -> None:
    """In a statement, in arguments, in a platform's answer, in a message that quotes it."""
    seen: list[str] = []

    def put(key: str, value: str, place: str) -> str:
        seen.append(place)
        return HIDDEN if tells_a_secret(key, value) else value

    script = f"CREATE TABLE t (a INT) WITH ('{key}' = '{SECRET}', 'a' = 'b');\nINSERT INTO t SELECT 1"

    assert names_a_credential(key), connector
    assert SECRET not in values_in_statement(script, put)
    assert SECRET not in " ".join(values_in_arguments([f"--{key}", SECRET, f"--{key}={SECRET}"], put))
    assert SECRET not in json.dumps(
        masked_value({"sql_body": script, key: SECRET, "b": {"key": key, "value": SECRET}}, NOTHING)
    )
    assert SECRET not in masked_text(f"cannot run WITH ({key} = \"{SECRET}\", a = 'b')", NOTHING)


@pytest.mark.parametrize("key", BESIDE.split())
def test_an_option_that_only_sounds_alike_is_shown(key: str) -> None:
    """A name of an authentication, the path of a file, a word with `sk` in it: hidden, it would help nobody."""
    script = f"CREATE TABLE t (a INT) WITH ('{key}' = 'plain-value')"

    assert not names_a_credential(key)
    assert masked_value({"code": script, key: "plain-value"}, NOTHING) == {"code": script, key: "plain-value"}


# Statements as the vendors' pages have them, each with what has to be hidden in it as {}.
STATEMENTS = {
    "DIS source of Huawei's stream SQL": (
        'CREATE SOURCE STREAM cars (id STRING) WITH (type = "dis", region = "cn-north-1", ak = "{}", sk="{}",\n'
        '  channel = "in", encode = "csv", field_delimiter = ",");'
    ),
    "DWS sink through OBS": (
        'CREATE SINK STREAM cars (id STRING) WITH (type = "dws", region = "r", ak = "{}", sk = "{}",\n'
        '  obs_dir = "b/dws", username = "dbadmin", password =  "{}", db_url = "192.168.1.12:8000/test1");'
    ),
    "Kafka of Huawei's stream SQL": (
        'CREATE SOURCE STREAM k (id STRING) WITH (type = "kafka", kafka_bootstrap_servers = "h:9092",'
        " kafka_properties = \"sasl.mechanism=PLAIN;sasl.jaas.config=x.PlainLoginModule required password='{}';\");"
    ),
    "DIS of Flink 1.10": (
        "create table d (a int) with ('connector.type' = 'dis', 'connector.region' = 'r', 'connector.ak' = '{}',\n"
        "  'connector.sk' = '{}', 'connector.channel' = 'c', 'format.type' = 'csv');"
    ),
    "Log Service of Blink": (
        "create table s (a int) with (type ='sls', endPoint ='http://h', accessId ='{}', accessKey ='{}',\n"
        "  project ='p', logStore ='l');"
    ),
    "MaxCompute": "CREATE TABLE o (a INT) WITH ('connector' = 'odps', 'accessId' = '{}', 'accessKey' = '{}');",
    "JAAS": (
        "CREATE TABLE k (a INT) WITH ('connector' = 'kafka', 'properties.sasl.jaas.config' =\n"
        '  \'org.apache.kafka.common.security.scram.ScramLoginModule required username="u" password="{}";\');'
    ),
    "user and password in a URL": "CREATE TABLE m (a INT) WITH ('uri' = 'mongodb://flink:{}@h1:27017,h2:27017/db');",
    "a slash in the password of a URL": "CREATE TABLE m (a INT) WITH ('uri' = 's3a://AK:{}/x@bucket/dir');",
    "keys in the query of a URL": "CREATE TABLE m (a INT) WITH ('url' = 'https://h/x?ak={}&sk={}&b=c');",
    "Oracle": "CREATE TABLE o (a INT) WITH ('url' = 'jdbc:oracle:thin:scott/{}@h:1521:orcl');",
    "SQL Server": "CREATE TABLE o (a INT) WITH ('url' = 'jdbc:sqlserver://h;user=u;password={};');",
    "an option that is commented out": (
        "CREATE TABLE p (a INT) WITH (\n  'connector' = 'pulsar',\n"
        "  -- 'pulsar.client.authParams' = 'token:{}',\n  /* accessKey = '{}' */ 'topics' = 't');"
    ),
    "the key of a property beside its value, as Flink 1.10 has it": (
        "CREATE TABLE k (a INT) WITH ('connector.type' = 'kafka', 'connector.properties.0.key' = 'ssl.key.password',\n"
        "  'connector.properties.0.value' = '{}', 'connector.properties.1.value' = '{}',\n"
        "  'connector.properties.1.key' = 'sasl.jaas.config');"
    ),
    "settings without quotes": (
        "SET fs.obs.access.key = {};\nset fs.obs.secret.key={};\nSET s3.secret-key = '{}';\nSELECT 1;"
    ),
    "a setting without quotes that is an address": "SET proxy.password = http://{};\nSELECT 1;",
    "an option that is commented out without quotes": "-- sk = {}\nCREATE TABLE p (a INT) WITH ('topics' = 't');",
    "what keeps a session": "CREATE TABLE p (a INT) WITH ('cookie' = '{}', 'encryptKey' = '{}', 'session.key' = '{}');",
    "a script that cannot be read": "CREATE TABLE p (a INT) WITH ('password' = '{}', 'sk' = '{}' /* not closed",
}


@pytest.mark.parametrize("name", STATEMENTS)
def test_official_samples_show_no_credential(name: str) -> None:
    """In what an import writes, and in what `status --raw` prints."""
    script = STATEMENTS[name].replace("{}", SECRET)

    def put(key: str, value: str, place: str) -> str:
        return HIDDEN if tells_a_secret(key, value) else value

    assert SECRET not in values_in_statement(script, put)
    assert SECRET not in json.dumps(masked_value({"sql_body": script, "deep": json.dumps({"code": script})}, NOTHING))


@pytest.mark.parametrize(
    "value",
    [
        "LTAI5tExampleOnly0123456",
        "AKIAEXAMPLEONLY01234",
        "Bearer eyJhbGciOi.eyJzdWIi.c2ln",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
    ],
)
def test_a_value_that_can_be_nothing_else_is_a_credential_under_any_key(value: str) -> None:
    """The user name of Hologres is an AccessKey ID."""
    assert tells_a_secret("username", value)


@pytest.mark.parametrize(
    "value",
    ["http://host:8080/a@b", "mongodb://h1:27017,h2:27017/db", "jdbc:oracle:thin:@h:1521:orcl", "a-task", "asks: b"],
)
def test_an_ordinary_value_is_none(value: str) -> None:
    """A port is no password."""
    assert not tells_a_secret("url", value)


def test_a_placeholder_in_a_url_leaves_nothing_to_hide() -> None:
    """The rest of the URL is no secret because one was there."""
    assert not tells_a_secret("url", "jdbc:mysql://h/db?user=a&password=&ssl=true")


@pytest.mark.parametrize(
    "argument",
    [
        '{"sk": "%s", "a": 1}',
        "jdbc:mysql://ada:%s@db/x",
        "--db a --password %s --b c",
        "--db a --password '%s and more' --b c",
        "--opts a=b;password=%s",
        "Authorization: Bearer %s",
    ],
)
def test_a_credential_inside_of_an_argument_is_hidden(argument: str) -> None:
    """A platform may keep the arguments of a program as one text, or each of them by itself."""
    text = argument % SECRET

    def put(key: str, value: str, place: str) -> str:
        return HIDDEN if tells_a_secret(key, value) else value

    assert SECRET not in " ".join(values_in_arguments([text, "a"], put))
    assert SECRET not in json.dumps(masked_value({"entrypoint_args": text}, NOTHING))
    assert SECRET not in json.dumps(masked_value({"args": ["--a", "b", text]}, NOTHING))
    assert SECRET not in masked_text(f"cannot run with {text}", NOTHING)


@pytest.mark.parametrize(
    "answer",
    [
        {"programArgsList": ["--user", "ada", "--password", SECRET]},
        {"programArgs": f"--user ada --password {SECRET}"},
        {"params": [{"Name": "password", "Value": SECRET}]},
        {"params": [{"paramName": "sk", "paramValue": SECRET}]},
        {"password": {"text": SECRET}},
        {"tokens": [{"text": SECRET}]},
    ],
)
def test_a_platforms_answer_shows_no_credential_in_any_form(answer: dict[str, object]) -> None:
    """The key may stand beside the value, or above it."""
    assert SECRET not in json.dumps(masked_value(answer, NOTHING))


def test_what_stands_beside_a_credential_is_shown() -> None:
    """Hidden, it would help nobody."""
    answer = {"args": ["--user", "ada", "--token", SECRET, "--topic", "orders"], "names": ["--a", "b"]}

    shown = masked_value(answer, NOTHING)

    assert shown == {"args": ["--user", "ada", "--token", HIDDEN, "--topic", "orders"], "names": ["--a", "b"]}
