"""Where the service of a region is, as the endpoint map of aliyun-python-sdk-foas has it."""

from __future__ import annotations

_OWN = {
    *("ap-northeast-1", "ap-southeast-1", "ap-southeast-3", "cn-beijing", "cn-qingdao", "cn-shenzhen", "cn-shanghai"),
    *("cn-shanghai-finance-1", "cn-hangzhou", "cn-hangzhou-finance", "cn-zhangjiakou", "cn-north-2-gov-1"),
}
_IN_TOKYO = {
    *("ap-south-1", "ap-southeast-2", "ap-southeast-5", "eu-central-1", "eu-west-1"),
    *("me-east-1", "us-east-1", "us-west-1"),
}


def endpoint(region: str) -> str:
    """The public address: the region's own, that of Tokyo for regions that share it, else the central one."""
    if region in _OWN:
        return f"https://foas.{region}.aliyuncs.com"
    return "https://foas.ap-northeast-1.aliyuncs.com" if region in _IN_TOKYO else "https://foas.aliyuncs.com"
