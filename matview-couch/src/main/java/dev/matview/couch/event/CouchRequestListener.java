package dev.matview.couch.event;

import java.time.Duration;

/**
 * Is told of every request that was sent to a CouchDB, for metrics. Calls come from many threads, and are quick. What it
 * throws is logged. It is told no names of databases and documents.
 */
public interface CouchRequestListener {

    /** A request has ended: each attempt is one of its own. */
    void ended(Request request);

    /** A request that failed is sent again, after a pause. */
    default void retrying(Operation operation) {}

    /**
     * A request that was sent.
     *
     * @param took from when it was sent, without the wait for its turn, until the whole answer was read
     */
    record Request(Operation operation, Outcome outcome, Duration took) {}

    /** What was asked. */
    enum Operation {
        /** Of the server: who it is, how it is set up. */
        SERVER,
        /** The names of databases, and where they stand. */
        DATABASES,
        /** To make, drop or describe a database. */
        DATABASE,
        /** Documents that changed. */
        CHANGES,
        /** All documents, or a range of them. */
        ALL_DOCS,
        /** To write many documents. */
        BULK_DOCS,
        /** One document. */
        DOCUMENT,
        /** To be told when something happens: the answer waits for it. */
        WAIT
    }

    /** How it ended. */
    enum Outcome {
        /** With the answer. */
        OK,
        /** CouchDB refused it: a conflict, or what it asks for is not there. */
        REFUSED,
        /** CouchDB refused the credentials, or what they may do. */
        DENIED,
        /** CouchDB had too much to do: 429 or 503. */
        BUSY,
        /** CouchDB answered with an error of its own. */
        ERROR,
        /** There was no connection, or it broke. */
        AWAY,
        /** There was no answer in time. */
        LATE,
        /** The answer could not be read. */
        UNREADABLE,
        /** Nobody wanted the answer any more. */
        ABANDONED
    }
}
