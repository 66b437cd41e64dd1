package dev.matview.core.mango;

/** Stub. */
final class Regex {
    private final java.util.regex.Pattern p;

    private Regex(java.util.regex.Pattern p) {
        this.p = p;
    }

    static Regex compile(String pattern) {
        try {
            return new Regex(java.util.regex.Pattern.compile(latin(pattern), java.util.regex.Pattern.UNIX_LINES));
        } catch (java.util.regex.PatternSyntaxException e) {
            throw new MangoException("bad_arg", "x");
        }
    }

    private static String latin(String s) {
        return new String(
                s.getBytes(java.nio.charset.StandardCharsets.UTF_8), java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    boolean find(String s, RegexBudget b) {
        return p.matcher(latin(s)).find();
    }
}
