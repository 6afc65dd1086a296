"""The names under which credentials are given: one list for every connector, format, file system and service.

- Huawei DLI and Cloud Stream: `ak`, `sk`, `connector.ak`, `password`, and JAAS in `kafka_properties`
  (https://support.huaweicloud.com/intl/en-us/sqlref-flink-dli/dli_08_0275.html and the pages of each stream);
- Blink and Realtime Compute: `accessId`, `accessKey`, `password`, `sts_token`
  (https://www.alibabacloud.com/help/doc-detail/176690.htm on Log Service, and the pages of the other connectors);
- Flink, its connectors and formats: `properties.sasl.jaas.config`, `properties.ssl.keystore.key`, `auth-params`,
  `basic-auth.user-info` (https://nightlies.apache.org/flink/flink-docs-stable/docs/connectors/table/overview/);
- file systems: `fs.obs.access.key`, `fs.oss.accessKeySecret`, `s3.secret-key`, `fs.azure.account.key.NAME`.

A name that only leads to a credential, such as `pwd_auth_name` or `token.endpoint.url`, holds none.
"""

from __future__ import annotations

import re

_PARTS = (
    "password|passwd|passphrase|pwd|secret|token|credential|jaas|authorization",
    "(?:access|api|account|private|auth|app|encryption|signing|shared|session|encrypt|keystore).?key|cookie",
    "access.?id(?-i:(?![a-z]))|user.?info|auth.?params?",
    # Words of their own: `connector.ak`, `akId`, `AK_ID`, `obsSk`; there is no `sk` in `task`.
    r"(?-i:(?<![A-Za-z])(?:[as]k|pass|sas|sig|Ak|Sk|Pass)(?![a-z])|(?<![A-Za-z])(?:AK|SK|PASS|SAS)(?![A-Za-z]))",
    r"(?-i:(?<=[a-z0-9])(?:Ak|Sk|Pass)(?![a-z]))",
    # `?X-Amz-Signature=` of an address that is signed; `signature.version` is none.
    r"(?<![A-Za-z.])signature(?![\w.-])",
)
# To be searched for with IGNORECASE; for patterns that are made around it.
CREDENTIAL = f"(?:{'|'.join(_PARTS)})"

_CREDENTIAL = re.compile(CREDENTIAL, re.IGNORECASE)
_LEADS_TO_ONE = re.compile(
    r"(?:pwd|krb|ssl|css)_?auth_?name$|passwdauth$"  # an authentication that DLI keeps, by its name
    r"|credentials?[._-]?(?:source|provider(?:[._-]?(?:type|class(?:name)?|name))?)$"
    r"|(?:password|passphrase|token|secret|credentials?|key)[._-]?(?:file|path|location|name)$"
    r"|token[._-]?(?:type|ttl|(?:endpoint[._-]?)?ur[il])$"
    r"|delegation\.tokens?\.|secret-store\.kind$|kubernetes.*secret|max[._-]?tokens$|tokenizer",
    re.IGNORECASE,
)


def names_a_credential(key: str) -> bool:
    """Does what stands under this name have to stay secret?"""
    return bool(_CREDENTIAL.search(key)) and not _LEADS_TO_ONE.search(key)
