#!/usr/bin/env python3
"""Checks an export of Reeve's log:  python3 audit-verify.py EXPORT.jsonl [--heads FILE]

Written from audit-format.md alone; needs only that page, the export and Python 3.9 or newer. FILE holds heads that were
noted earlier: head lines, or a whole export. Exit code: 0 nothing was found, 3 something was, 2 wrong usage.
"""
import hashlib, json, re, struct, sys
from collections import Counter, defaultdict
from datetime import datetime, timedelta

# ---- What a member of a line must be; each gives the bytes or the number that is hashed.
def need(condition, what):
    if not condition: raise ValueError(what)

def matching(value, pattern, what):
    need(isinstance(value, str) and re.fullmatch(pattern, value), f"{what} is malformed")
    return value

def whole(value, bits=64, least=None):
    need(type(value) is int and (-2 ** (bits - 1) if least is None else least) <= value < 2 ** (bits - 1), "a number is malformed")
    return value

def time(value):
    matching(value, r"[0-9]{4}(-[0-9]{2}){2}T([0-9]{2}:){2}[0-9]{2}\.[0-9]{6}Z", "a time")
    return (datetime.strptime(value, "%Y-%m-%dT%H:%M:%S.%fZ") - datetime(1970, 1, 1)) // timedelta(microseconds=1)

def text(value): return matching(value, r"(?s).*", "a text").encode("utf-8")
def number(value): return struct.pack(">q", whole(value))
def moment(value): return struct.pack(">q", time(value))
def octets(value): return bytes.fromhex(matching(value, r"([0-9a-f]{2})*", "hex"))
def uuid(value): return octets(matching(value, r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "a UUID").replace("-", ""))
def or_null(kind): return lambda value: None if value is None else kind(value)
def place(e): return text(e["tenantId"]).decode(), whole(e["slot"], 32), whole(e["n"]), whole(e["ordinal"], 32)

HASHED = {"tenantId": text, "eventId": uuid, "type": text, "version": number, "occurredAt": moment, "exceptionKey": or_null(uuid),
          "rowVersion": or_null(number), "runId": or_null(uuid), "passId": or_null(uuid), "stage": or_null(text),
          "actorKind": text, "actorId": text, "commitment": octets}


def sha(value): return hashlib.sha256(value).digest()
def field(value): return b"\xff" * 4 if value is None else struct.pack(">I", len(value)) + value
def digest_of(e): return sha(field(b"reeve.event.1") + b"".join(field(kind(e[name])) for name, kind in HASHED.items()))

def held(e):
    """Salt and body, each bytes or None; None instead of both where the export leaves them out."""
    if not {"salt", "body", "bodyHex"} & set(e): return None
    need("salt" in e and ("body" in e) != ("bodyHex" in e), "salt or body is missing")
    return or_null(octets)(e["salt"]), or_null(text)(e["body"]) if "body" in e else octets(e["bodyHex"])

def is_whole(e):
    salt, body = held(e) or (None, None)
    return salt is not None and body is not None and len(salt) == 16 and sha(salt + body) == octets(e["commitment"])

# ---- Reading. Whatever is wrong with a line is a finding; the next line is read all the same.
findings, counts = [], Counter()

def report(where, what):
    findings.append(where)
    print(ascii(f"{where}: {what}")[1:-1])   # what stands in a log must not reach a terminal as it is

def once(pairs):
    need(len(dict(pairs)) == len(pairs), "a member is there twice")
    return dict(pairs)

def read(path, take, tell=report, only=b""):
    with open(path, "rb") as file:
        for at, line in enumerate(file, 1):
            if only not in line: continue
            try:
                item = json.loads(line.decode("utf-8"), object_pairs_hook=once)
                need(isinstance(item, dict), "it is not an object")
                take(at, text(item["kind"]).decode(), item)
            except KeyError as member: tell(f"line {at} of {path}", f"the member {member} is missing")
            except (ValueError, TypeError, OverflowError, RecursionError) as error: tell(f"line {at} of {path}", f"it cannot be read: {error}")

named = {}              # (tenant, position, eventId, hash) of events whose body was erased → when the last such erasure was recorded
heads = defaultdict(list)

def take_erasure(at, kind, e):
    if kind == "event" and e["type"] == "BodiesErased" and is_whole(e):
        for x in json.loads(e["body"])["events"]:
            key = (e["tenantId"], x["position"], x["eventId"], x["hash"])
            named[key] = max(named.get(key, 0), time(e["recordedAt"]))

def take_head(at, kind, e):
    # A start was the head once; when, it does not say.
    if kind in ("head", "start"): heads[place(e)[:2]].append((*place(e)[2:], octets(e["hash"]), time(e["notedAt"]) if kind == "head" else 0))

# ---- The checks, numbered as in audit-format.md.
class Chain:
    def __init__(self):
        self.before = [bytes(32)]   # hashes that may stand before the next event: one; after a finding several; or none known
        self.last, self.end, self.events, self.commits, self.met, self.start = None, None, 0, Counter(), set(), (0, 0)

chains, listed, numbers, ended, scope = defaultdict(Chain), defaultdict(dict), defaultdict(set), set(), []

def take_event(e):
    tenant, slot, n, ordinal = place(e)
    recorded, stored, digest, body = time(e["recordedAt"]), octets(e["hash"]), digest_of(e), held(e)
    where, key, chain = f"{tenant} {slot}.{n}.{ordinal}", (tenant, f"{slot}.{n}.{ordinal}", e["eventId"], e["hash"]), chains[tenant, slot]

    # 1. After a finding, what follows may continue from what is stored, from what should be, or from what stood before.
    given = [sha(before + struct.pack(">iqiq", slot, n, ordinal, recorded) + digest) for before in chain.before]
    if given and stored not in given:
        report(where, "its hash is not what its columns give: it was altered, or what stands before it is not what stood there")
        chain.before = [stored, given[0], *chain.before[:2]]
    else:
        chain.before = [stored]
        # 2. The order is hashed, so it is judged where this hash and the one before are right.
        last = chain.last or (n - 1, 0, recorded)
        if len(given) == 1 and (n, ordinal, recorded) != (last[0], last[1] + 1, last[2]) and not (n > last[0] and ordinal == 0 and recorded >= last[2]):
            report(where, "its ordinal, commit or time does not follow those of the event before it")

    # 3. Salt and body.
    if body is None: counts["withheld"] += 1
    elif body == (None, None):
        if e["type"] == "BodiesErased": report(where, "it is an erasure, and its own body is missing")
        elif named.get(key, recorded - 1) < recorded: report(where, "its body is missing, and no BodiesErased names it")
        else: counts["erased"] += 1
    else:
        counts["bodies"] += 1
        if not is_whole(e): report(where, "its salt or body is not what its commitment stands for")
        elif key in named: report(where, "its body is there, although a BodiesErased names it")

    # 5. Heads.
    for head in heads[tenant, slot]:
        if head[:2] == (n, ordinal):
            chain.met.add(head)
            if head[2] != stored: report(where, "its hash is not that of the head noted earlier")
    if any(chain.start < head[:2] < (n, ordinal) and recorded < head[3] for head in heads[tenant, slot]):
        report(where, "it was put in later: it stands behind a head that was noted after it was recorded")
    chain.last, chain.end, chain.events = (n, ordinal, recorded), [n, ordinal, e["hash"]], chain.events + 1
    chain.commits[n] += 1

def take_start(chain, e):
    need(not chain.events, "a start stands before its chain")
    chain.start, chain.before = place(e)[2:], [octets(e["hash"])]
    noted = [head[2] for head in heads[place(e)[:2]] if head[:2] == chain.start]
    if not noted: report("{} {}.{}.{}".format(*place(e)), "the chain begins behind this event; nothing signed or noted says what stood up to here")
    elif noted != len(noted) * chain.before: report("{} {}.{}.{}".format(*place(e)), "the chain begins behind this event, and its hash is not the one noted earlier")

def take(at, kind, e):
    if kind == "export":
        need(at == 1 and e["format"] == "reeve.audit.1", "only the first line says what the export is, and it says reeve.audit.1")
        scope.append(or_null(text)(e["tenantId"]))
    elif kind == "event": take_event(e)
    elif kind == "commit":
        slot, n = whole(e["slot"], 32), whole(e["n"])
        numbers[slot].add(n)
        if e["tenantId"] is not None or e["events"] != 0: listed[text(e["tenantId"]).decode(), slot][n] = whole(e["events"], 32)
    elif kind == "head":
        chain = chains[place(e)[:2]]
        ended.add(place(e)[:2])
        if [e["n"], e["ordinal"], e["hash"]] != chain.end or e["events"] != chain.events:
            report("{} {}".format(*place(e)), "the export's head is not the end of its chain: lines are missing")
    elif kind == "unreadable" and "ordinal" not in e:
        numbers[whole(e["slot"], 32)].add(whole(e["n"]))
        report(f"slot {e['slot']}, commit {e['n']}", f"its column {e['column']} is unreadable")
    elif kind == "start": take_start(chains[place(e)[:2]], e)
    elif kind == "unreadable":
        chains[place(e)[:2]].before = []
        report("{} {}.{}.{}".format(*place(e)), f"its column {e['column']} is unreadable")
    else: counts["lines of another kind"] += 1

def conclude(path):
    if not scope: report(path, "its first line does not say what the export is")
    tenant = scope[0] if scope else None
    # 4. Commits that are still listed.
    for slot, known in sorted(numbers.items()):
        gaps = max(known) - min(known) + 1 - len(known)
        if gaps and tenant is None: report(f"slot {slot}", f"of its commits {min(known)} to {max(known)}, {gaps} are not listed")
    for key in sorted({*chains, *listed, *heads}):
        chain, where = chains[key], "{} {}".format(*key)
        if tenant is not None and text(key[0]) != tenant: continue
        first = min(numbers[key[1]], default=-1 if tenant is None else 2 ** 63)
        for n in sorted({*listed[key], *chain.commits}):
            if n >= first and n > chain.start[0] and chain.commits[n] != listed[key].get(n, 0):
                report(f"{where}.{n}", f"the commit is listed with {listed[key].get(n, 0)} events of the tenant and has {chain.commits[n]}")
        for head in heads[key]:
            if head not in chain.met and head[:2] > chain.start: report(f"{where}.{head[0]}.{head[1]}", "the head noted earlier is not there: the end was cut off, or this event removed")
        if chain.events and key not in ended: report(where, "the export has no head of this chain: its end is missing")

def main(arguments):
    if len(arguments) not in (1, 3) or arguments[0].startswith("-") or arguments[1:2] not in ([], ["--heads"]):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        read(arguments[0], take_erasure, tell=lambda where, what: None, only=b"BodiesErased")   # the second reading tells what is wrong
        for path in arguments[2:]:
            read(path, take_head)
            if not heads: report(path, "it holds no head")
        read(arguments[0], take)
    except OSError as error:
        print(error, file=sys.stderr)
        return 2
    conclude(arguments[0])
    print(f"{sum(chain.events for chain in chains.values())} events in {len(chains)} chains; " + ", ".join(
        f"{counts[name]} {name}" for name in ("bodies", "erased", "withheld", *sorted({*counts} - {"bodies", "erased", "withheld"}))) + f"; {len(findings)} findings")
    return 3 if findings else 0

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
