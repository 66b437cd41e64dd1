package dev.matview.server;

/** The least and the greatest value of a number on the command line. */
final class Ranges {

    private Ranges() {}

    /** @throws UsageException when the value is not between the two */
    static int require(String option, int value, int least, int most) throws UsageException {
        if (value < least || value > most) {
            throw new UsageException(option + ": from " + least + " to " + most + ", not " + value);
        }
        return value;
    }
}
