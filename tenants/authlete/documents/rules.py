"""Rules about settings: what each checks, how severe it is and which specification says so.

Each rule takes all fields of a document as they would be stored and returns its
violations. If Authlete itself rejects the combination, the violation carries the result
code; otherwise the document is stored, and requests fail later or are less secure. Unset
values, unknown values and values of an unexpected type violate no rule.

The part of an ID before the dot is the rule's pack: `rfc9700`, `fapi1`, `fapi2`, `ciba`,
`haip`, `keys`, `secrets`, `expiry`, or `settings` for settings that contradict each other.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from tenants.authlete.documents.base import DocumentFields, RuleViolation
from tenants.authlete.documents.jwks.analysis import KeyIssue

# Keys that attackers can break or forge; a private key in a public set has its own rule.
WEAK_KEY_ISSUES = frozenset({KeyIssue.SHORT_RSA, KeyIssue.ALG_NONE, KeyIssue.WEAK_HASH})


class Severity(StrEnum):
    """How urgent a finding is. The values are stored."""

    HIGH = "high"  # attackers can use it, or Authlete rejects the settings
    MEDIUM = "medium"  # weaker than a specification requires
    LOW = "low"  # settings without effect, or requests that fail


type Check = Callable[[DocumentFields], Sequence[RuleViolation]]


def _no_check(_document: DocumentFields) -> Sequence[RuleViolation]:
    """Report nothing, for rules that aren't about settings."""
    return ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A check of a document; calling it returns the violations."""

    id: str  # stored; never changes
    severity: Severity
    clause: str  # of the specification
    title: str  # the finding in a few words, marked for translation
    check: Check = _no_check
    fix: Mapping[str, object] = field(default_factory=dict)  # API names and values that comply

    def __call__(self, document: DocumentFields) -> list[RuleViolation]:
        return [violation._replace(rule=self.id) for violation in self.check(document)]

    @property
    def pack(self) -> str:
        """The first part of the ID."""
        return self.id.partition(".")[0]


class RuleSet:
    """The rules for one kind of document, in order of registration."""

    def __init__(self) -> None:
        self._rules: dict[str, Rule] = {}

    def rule(
        self,
        rule_id: str,
        severity: Severity,
        clause: str,
        title: str,
        fix: Mapping[str, object] | None = None,
    ) -> Callable[[Check], Rule]:
        """Register the decorated function as a rule."""

        def register(check: Check) -> Rule:
            assert rule_id not in self._rules, f"two rules are called {rule_id}"
            rule = self._rules[rule_id] = Rule(rule_id, severity, clause, title, check, fix or {})
            return rule

        return register

    def __iter__(self) -> Iterator[Rule]:
        return iter(self._rules.values())

    def check(self, document: DocumentFields) -> list[RuleViolation]:
        """Return the violations of all rules."""
        return [
            violation._replace(rule=rule.id)
            for rule in self
            for violation in rule.check(document)  # no call of `rule`: it would cost a quarter
        ]


SERVICE_RULES = RuleSet()
CLIENT_RULES = RuleSet()


def violation_if(
    is_violated: object, fields: Sequence[str], message: str, code: str = ""
) -> list[RuleViolation]:
    """Return one violation if ``is_violated``; ``fields`` begin with the one to fix."""
    return [RuleViolation(tuple(fields), message, code)] if is_violated else []
