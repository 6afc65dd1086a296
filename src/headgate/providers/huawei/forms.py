"""What a `targets:` entry of any Huawei Cloud service may say."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, Field, SecretStr

from headgate.providers.http_settings import Endpoint, PacedHttpSettings


class _Project(BaseModel):
    region: str = Field(default="", description="the region, as eu-west-101; default: HW_REGION_NAME")
    project_id: str = Field(default="", description="default: HUAWEICLOUD_SDK_PROJECT_ID, else IAM is asked")
    project: str = Field(default="", description="the project's name, where IAM is to find its id; default: the region")
    endpoint: Endpoint = ""
    iam_endpoint: Endpoint = Field(default="", description="address of IAM; default: that of the region")
    access_key: str = Field(default="", description="access key (AK)")
    secret_key: SecretStr | None = Field(default=None, description="secret key (SK)")
    security_token: SecretStr | None = Field(default=None, description="security token of temporary keys")
    token: SecretStr | None = Field(default=None, description="an IAM token of this project")
    username: str = Field(default="", description="IAM user, for a token that is fetched with a password")
    password: SecretStr | None = Field(default=None, description="password of the IAM user")
    domain: str = Field(default="", description="name of the account the IAM user belongs to")


class HuaweiTarget(PacedHttpSettings, _Project):
    """A region and a project of Huawei Cloud, and how to prove who asks.

    Without credentials here they are taken from the environment: HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK,
    HW_ACCESS_KEY and HW_SECRET_KEY, HW_AUTH_TOKEN, HW_USER_NAME with HW_USER_PASSWORD and HW_DOMAIN_NAME.
    """

    # Without a project_id it is that of the caller.
    PLACE: ClassVar[tuple[str, ...]] = (
        *("region", "endpoint", "project_id", "project"),
        *("access_key", "token", "username", "domain"),
    )

    def secrets(self) -> dict[str, SecretStr]:
        """The secret fields that are set."""
        names = ("secret_key", "security_token", "token", "password")
        return {name: value for name in names if (value := getattr(self, name)) is not None}
