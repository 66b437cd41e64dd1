package dev.matview.core.access;

/** Who may read the rows of a feed. */
public enum Access {
    /** Every caller reads every row: the feed's selector is the policy. */
    PUBLIC,
    /** A row is shown only to the callers that its document's {@code acl}, or ownership, allows. */
    ACL
}
