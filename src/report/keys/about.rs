//! What each verdict means, in a few words and in a sentence with what to do.

use crate::finding::age::VerdictKind;

/// A few words, and the sentences.
pub fn about(kind: VerdictKind) -> (&'static str, &'static str) {
    match kind {
        VerdictKind::Exposed => (
            "found in code",
            "The key stands in code or history and is active, or nobody knows that it is not. Make it inactive now, \
             then replace it, look in CloudTrail, and delete it. Its age excuses nothing.",
        ),
        VerdictKind::RootKey => (
            "of the root user",
            "No policy limits a root user's key. Delete it; use roles, or a user with the rights that are needed.",
        ),
        VerdictKind::Quarantined => (
            "quarantined by AWS",
            "AWS found the key in public and fenced its user in. An administrator must replace it; answer the support \
             case before the quarantine policy is taken off.",
        ),
        VerdictKind::Expired => (
            "too old",
            "The key is older than the policy allows. Make a second key, bring it everywhere, then make the old one \
             inactive and delete it.",
        ),
        VerdictKind::ExceptionExpired => (
            "exception has ended",
            "The policy excepted the key until a day that is over. Rotate it, or let its owner renew the exception.",
        ),
        VerdictKind::ExposedInactive => (
            "found in code, inactive now",
            "The key stands in code or history. It is inactive, but can be activated again: delete it.",
        ),
        VerdictKind::TooManyActive => (
            "one of too many",
            "Its user has more active keys than the policy allows. Find out which are used, and delete the rest.",
        ),
        VerdictKind::Unused => (
            "unused",
            "The key has not been used for longer than the policy allows. Make it inactive, and delete it when nobody \
             misses it.",
        ),
        VerdictKind::NeverUsed => (
            "never used",
            "The key was made and never used for longer than the policy allows. Delete it.",
        ),
        VerdictKind::DeleteInactive => (
            "inactive for long",
            "The key has been inactive for longer than the policy allows. Delete it: anyone with the right can \
             activate it again.",
        ),
        VerdictKind::BadData => (
            "in doubt",
            "The facts about the key contradict each other or cannot be. Look at them; the age is not believed.",
        ),
        VerdictKind::UnknownAge => (
            "of unknown age",
            "Nothing shows that the key is young enough. Give its account's inventory: --keys-from or --aws.",
        ),
        VerdictKind::UnknownUse => (
            "of unknown use",
            "Nothing shows when the key was last used, and it is old enough to be unused. Give its account's \
             inventory.",
        ),
        VerdictKind::DueSoon => ("due soon", "The key will be too old soon. Plan its rotation."),
        VerdictKind::Rotating => (
            "in rotation",
            "The user has one key more than allowed for the days of a rotation. Finish it.",
        ),
        VerdictKind::ExposedDeleted => (
            "found in code, deleted",
            "The key stands in code or history; its account does not have it any more. Look in CloudTrail for what was \
             done with it.",
        ),
        VerdictKind::Foreign => (
            "not ours",
            "The key is of an account that is not one of ours, or of one that sets traps. Do not try it; tell its owner.",
        ),
        VerdictKind::Inactive => (
            "inactive",
            "The key is inactive. It opens nothing, but can be activated again.",
        ),
        VerdictKind::Excepted => (
            "excepted",
            "The policy excepts the key from a verdict for now; the exception says why, who answers for it, and until when.",
        ),
        VerdictKind::Ok => ("fine", "The key keeps to the policy."),
    }
}
