"""A relying party on Authlib, led over stdin and stdout: one JSON object a line."""

import json
import sys

import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.integrations.base_client import OAuthError
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet


def tell(**what):
    print(json.dumps(what), flush=True)


def hear():
    return json.loads(sys.stdin.readline())


def main():
    start = hear()
    metadata = requests.get(start["issuer"] + "/.well-known/openid-configuration", timeout=20).json()
    session = OAuth2Session(
        start["client_id"],
        start["secret"],
        scope="openid profile email offline_access",
        redirect_uri=start["redirect_uri"],
        code_challenge_method="S256",
        token_endpoint_auth_method=start["method"],
    )
    verifier = "the-verifier-of-this-one-login-of-authlib-0123456789"
    url, state = session.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=verifier, nonce="nonce-of-authlib"
    )
    tell(url=url)

    token = session.fetch_token(
        metadata["token_endpoint"],
        authorization_response=hear()["callback"],
        state=state,
        code_verifier=verifier,
    )
    keys = KeySet.import_key_set(requests.get(metadata["jwks_uri"], timeout=20).json())
    signed = jwt.decode(token["id_token"], keys, algorithms=["RS256", "ES256"])
    claims = CodeIDToken(
        signed.claims,
        signed.header,
        {"iss": {"essential": True, "value": metadata["issuer"]}},
        {"nonce": "nonce-of-authlib", "client_id": start["client_id"], "access_token": token["access_token"]},
    )
    claims.validate(leeway=5)
    userinfo = session.get(metadata["userinfo_endpoint"]).json()
    refreshed = session.refresh_token(metadata["token_endpoint"], token["refresh_token"])
    again = session.get(metadata["userinfo_endpoint"]).json()
    tell(
        claims=dict(claims),
        userinfo=userinfo,
        again=again,
        rotated=refreshed["refresh_token"] != token["refresh_token"],
        id_token=token["id_token"],
        end_session_endpoint=metadata["end_session_endpoint"],
    )

    hear()
    try:
        session.refresh_token(metadata["token_endpoint"], refreshed["refresh_token"])
        tell(error=None)
    except OAuthError as refusal:
        tell(error=refusal.error)


main()
