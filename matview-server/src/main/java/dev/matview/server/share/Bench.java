package dev.matview.server.share;

/** Which threads do a piece of work. */
public enum Bench {
    /** As many as there are processors, for what computes: more at once would only take longer each. */
    SEARCHING,
    /** Some more, for what waits for databases: those who wait are not to keep others from computing. */
    READING
}
