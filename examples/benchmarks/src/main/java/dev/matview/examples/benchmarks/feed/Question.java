package dev.matview.examples.benchmarks.feed;

import dev.matview.examples.benchmarks.inprocess.Posts;

/** What the clients of a feed ask; all answers are pages of 100 posts. */
enum Question {
    NEWEST("the newest page"),
    AUTHOR("the newest of one author"),
    TAG("one tag by likes"),
    PAGE_50("page 50");

    static final int PAGE = 100;
    /** The rows before page 50. */
    static final int BEFORE = 49 * PAGE;

    private final String text;

    Question(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }

    /** Whom or what the question is about at its turn; it is about another each time. */
    static String about(Question question, int turn, int authors) {
        return question == AUTHOR ? Posts.did(turn * 31 % authors) : Posts.tag(turn * 31);
    }
}
