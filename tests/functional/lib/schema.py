"""Checks a JSON value against a schema of an OpenAPI 3.1 description: the part of JSON Schema that ours uses, and no more. A word that is not
known here is a fault of the schema, so that none is believed to be checked and is not."""

import re

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "integer": int}
TALK = {"description", "default", "discriminator", "example", "examples"}


def faults(value, schema, root, where="$"):
    """What is wrong with the value, each with its place; none: it is as the schema says."""
    if "$ref" in schema:
        yield from faults(value, resolve(schema["$ref"], root), root, where)
    for word, rule in schema.items():
        if word in TALK or word == "$ref":
            continue
        check = RULES.get(word)
        if check is None:
            raise ValueError(f"{where}: the schema says {word}, which is not checked here")
        yield from check(value, rule, schema, root, where)


def resolve(reference, root):
    if not reference.startswith("#/"):
        raise ValueError(f"{reference}: not of this file")
    at = root
    for name in reference[2:].split("/"):
        at = at[name.replace("~1", "/").replace("~0", "~")]
    return at


def is_type(value, name):
    if name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def check_type(value, rule, _schema, _root, where):
    names = rule if isinstance(rule, list) else [rule]
    if not any(is_type(value, name) for name in names):
        yield f"{where}: {value!r:.80} is not of type {names}"


def check_required(value, rule, _schema, _root, where):
    if isinstance(value, dict):
        yield from (f"{where}: {name} is missing" for name in rule if name not in value)


def check_properties(value, rule, _schema, root, where):
    if isinstance(value, dict):
        for name, each in rule.items():
            if name in value:
                yield from faults(value[name], each, root, f"{where}.{name}")


def check_additional(value, rule, schema, _root, where):
    if rule is not False:
        raise ValueError(f"{where}: additionalProperties may only be false here")
    if isinstance(value, dict):
        yield from (f"{where}: {name} is not described" for name in value if name not in schema.get("properties", {}))


def check_items(value, rule, _schema, root, where):
    if isinstance(value, list):
        for number, each in enumerate(value):
            yield from faults(each, rule, root, f"{where}[{number}]")


def same(one, other):
    """Equal, and 1 is not true."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def check_enum(value, rule, _schema, _root, where):
    if not any(same(value, each) for each in rule):
        yield f"{where}: {value!r:.80} is none of {rule}"


def check_const(value, rule, _schema, _root, where):
    if not same(value, rule):
        yield f"{where}: {value!r:.80} is not {rule!r}"


def check_pattern(value, rule, _schema, _root, where):
    if isinstance(value, str) and not re.search(rule, value, re.ASCII):
        yield f"{where}: {value!r:.80} does not match {rule}"


def check_size(is_out_of, kind, what):
    def check(value, rule, _schema, _root, where):
        if is_type(value, kind) and is_out_of(value if kind == "integer" else len(value), rule):
            yield f"{where}: {value!r:.80} has {what} {rule}"
    return check


def below(size, limit):
    return size < limit


def above(size, limit):
    return size > limit


def matching(value, schemas, root):
    return [each for each in schemas if not any(True for _ in faults(value, each, root))]


def check_any(value, rule, _schema, root, where):
    if not matching(value, rule, root):
        tried = [next(faults(value, each, root, where)) for each in rule]
        yield f"{where}: none of {len(rule)} fits: " + "; ".join(tried)


def check_one(value, rule, _schema, root, where):
    found = len(matching(value, rule, root))
    if found != 1:
        yield f"{where}: {found} of {len(rule)} fit, one must: {value!r:.120}"


def check_all(value, rule, _schema, root, where):
    for each in rule:
        yield from faults(value, each, root, where)


RULES = {
    "type": check_type, "required": check_required, "properties": check_properties, "additionalProperties": check_additional, "items": check_items,
    "enum": check_enum, "const": check_const, "pattern": check_pattern, "anyOf": check_any, "oneOf": check_one, "allOf": check_all,
    "minLength": check_size(below, "string", "fewer characters than"), "maxLength": check_size(above, "string", "more characters than"),
    "minItems": check_size(below, "array", "fewer items than"), "maxItems": check_size(above, "array", "more items than"),
    "minimum": check_size(below, "integer", "a value below"), "maximum": check_size(above, "integer", "a value above"),
}
