"""OpenFeature's provider of the remote evaluation protocol for Python, against a running server.

Run by scripts/test-clients, which says where the server is and whose token to use.
"""

import os

import gitlab
from openfeature import api
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import ErrorCode
from openfeature.flag_evaluation import Reason

URL = os.environ["DUO_TEST_URL"]
FLAG = "openfeature_flag"


def client(headers):
    api.set_provider_and_wait(OFREPProvider(URL, headers_factory=lambda: headers))
    return api.get_client()


def expect(details, value, reason, gate):
    found = (details.value, details.reason, details.variant, details.flag_metadata.get("gate"))
    assert found == (value, reason, "on" if value else "off", gate), details


def failed(details, value, code):
    assert (details.value, details.reason, details.error_code) == (value, Reason.ERROR, code), details


def main():
    token = os.environ["DUO_TEST_SERVICE_TOKEN"]
    features = gitlab.Gitlab(URL, private_token=os.environ["DUO_TEST_ADMIN_TOKEN"]).features
    flags = client({"Authorization": f"Bearer {token}"})
    reviewer = EvaluationContext("reviewer", {"plan": "ultimate"})
    website = EvaluationContext(attributes={"project": "acme/website"})

    failed(flags.get_boolean_details(FLAG, True), True, ErrorCode.FLAG_NOT_FOUND)
    features.set(FLAG, True)
    expect(flags.get_boolean_details(FLAG, False), True, Reason.STATIC, "boolean")
    features.set(FLAG, False)
    expect(flags.get_boolean_details(FLAG, True, reviewer), False, Reason.STATIC, "closed")

    features.set(FLAG, True, user="reviewer", project="acme/website")
    expect(flags.get_boolean_details(FLAG, False, reviewer), True, Reason.TARGETING_MATCH, "actor")
    expect(flags.get_boolean_details(FLAG, False, website), True, Reason.TARGETING_MATCH, "actor")
    owner = EvaluationContext("owner")
    expect(flags.get_boolean_details(FLAG, True, owner), False, Reason.DEFAULT, "closed")
    features.set(FLAG, 99.99, key="percentage_of_actors")
    expect(flags.get_boolean_details(FLAG, False, owner), True, Reason.SPLIT, "percentage_of_actors")

    failed(flags.get_boolean_details(FLAG, False), False, ErrorCode.TARGETING_KEY_MISSING)
    nobody = EvaluationContext(attributes={"user": "nobody"})
    failed(flags.get_boolean_details(FLAG, False, nobody), False, ErrorCode.INVALID_CONTEXT)
    failed(flags.get_string_details(FLAG, "x", reviewer), "x", ErrorCode.TYPE_MISMATCH)

    default = flags.get_boolean_details("duo_code_review_flow_priority", False)
    expect(default, True, Reason.DEFAULT, "default")

    keyed = client({"X-API-Key": token})
    assert keyed.get_boolean_value(FLAG, False, reviewer)
    failed(client({}).get_boolean_details(FLAG, False, reviewer), False, ErrorCode.GENERAL)
    features.delete(FLAG)
    print("OpenFeature's provider for Python: ok")


main()
