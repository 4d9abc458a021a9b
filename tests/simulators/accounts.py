# SPDX-License-Identifier: MIT
"""The accounts of both systems and their passwords, from the world's seed."""
import hashlib

from .central import ACCOUNT


def word(seed, system, account):
    return hashlib.sha256(("%s/%s/%s" % (seed, system, account)).encode()).hexdigest()[:16]


def secrets_of(world, system):
    """Account -> password of one system."""
    if system == "central":
        return {ACCOUNT: word(world.seed, system, ACCOUNT)}
    return {u["account"]: word(world.seed, system, u["account"]) for u in world.units if u["account"]}
