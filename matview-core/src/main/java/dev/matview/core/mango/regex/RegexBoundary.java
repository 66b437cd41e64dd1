package dev.matview.core.mango.regex;

/** What holds at a position without matching a byte. */
enum RegexBoundary {
    SUBJECT_START,
    LINE_START,
    SUBJECT_END,
    SUBJECT_END_OR_LAST_NEWLINE,
    LINE_END,
    WORD,
    NOT_WORD,
    NEVER;

    boolean holds(byte[] subject, int at) {
        return switch (this) {
            case SUBJECT_START -> at == 0;
            // A newline that ends the subject begins no line.
            case LINE_START -> at == 0 || at < subject.length && subject[at - 1] == '\n';
            case SUBJECT_END -> at == subject.length;
            case SUBJECT_END_OR_LAST_NEWLINE -> at == subject.length || at == subject.length - 1 && subject[at] == '\n';
            case LINE_END -> at == subject.length || subject[at] == '\n';
            case WORD -> isWord(subject, at - 1) != isWord(subject, at);
            case NOT_WORD -> isWord(subject, at - 1) == isWord(subject, at);
            case NEVER -> false;
        };
    }

    private static boolean isWord(byte[] subject, int at) {
        return at >= 0 && at < subject.length && ByteSet.WORD.contains(subject[at]);
    }
}
