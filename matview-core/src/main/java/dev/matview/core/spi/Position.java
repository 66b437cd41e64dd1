package dev.matview.core.spi;

/**
 * The state of a user database that a slice reflects. Two equal positions mean that nothing moved in between; two
 * different ones mean only that the database must be read again. CouchDB's values are opaque: compare, never parse or
 * order them.
 *
 * @param updateSeq moves with every write (CouchDB's {@code update_seq})
 * @param purgeSeq moves with every purge, which {@code updateSeq} does not show (CouchDB's {@code purge_seq})
 * @param instance differs between a database and one made again under its name (CouchDB's
 *     {@code instance_start_time})
 */
public record Position(String updateSeq, String purgeSeq, String instance) {}
