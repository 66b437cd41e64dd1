package dev.matview.core.registry;

import dev.matview.core.feed.Refresh;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as a registry writes them: {@code 30s}, {@code 5m}, {@code 1h}, {@code 1d}, or ISO-8601. */
public final class Intervals {

    /** Far from where nanoseconds or milliseconds since some instant overflow a long. */
    public static final Duration LONGEST = Duration.ofDays(365);

    private static final Pattern SHORT_FORM = Pattern.compile("([0-9]{1,18})([smhd])");

    private Intervals() {}

    /**
     * @throws IllegalArgumentException with what is wrong about the text, to be put after it; also when the duration is
     *     not between {@link Refresh#LEAST} and {@link #LONGEST}
     */
    public static Duration parse(String text) {
        Duration duration;
        try {
            Matcher matcher = SHORT_FORM.matcher(text);
            duration = matcher.matches()
                    ? unit(matcher.group(2)).multipliedBy(Long.parseLong(matcher.group(1)))
                    : Duration.parse(text);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("is too long; the longest interval is 365d", e);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("is no interval; write 30s, 5m, 1h, 1d or PT5M", e);
        }
        if (duration.isZero() || duration.isNegative()) {
            throw new IllegalArgumentException("is not longer than zero");
        }
        if (duration.compareTo(Refresh.LEAST) < 0) {
            throw new IllegalArgumentException("is too short; the shortest interval is 1s");
        }
        if (duration.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("is too long; the longest interval is 365d");
        }
        return duration;
    }

    /** The shortest text that {@link #parse} reads as the duration. */
    static String format(Duration duration) {
        if (duration.getNano() == 0) {
            for (String unit : new String[] {"d", "h", "m", "s"}) {
                long seconds = unit(unit).toSeconds();
                if (duration.toSeconds() % seconds == 0) {
                    return String.format(Locale.ROOT, "%d%s", duration.toSeconds() / seconds, unit);
                }
            }
        }
        return duration.toString();
    }

    private static Duration unit(String letter) {
        return switch (letter) {
            case "s" -> Duration.ofSeconds(1);
            case "m" -> Duration.ofMinutes(1);
            case "h" -> Duration.ofHours(1);
            default -> Duration.ofDays(1);
        };
    }
}
