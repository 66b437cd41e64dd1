package dev.matview.examples.benchmarks.feed;

/** Something that has the posts and can be asked. For one thread. */
interface Answering extends AutoCloseable {

    /** Its answer, as it came: the posts as JSON, and perhaps more. */
    String ask(Question question, int turn) throws Exception;

    @Override
    void close() throws Exception;
}
