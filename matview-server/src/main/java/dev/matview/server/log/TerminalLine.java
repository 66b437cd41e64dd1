package dev.matview.server.log;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * One line at the end of standard error that is written over again and again. What others write there meanwhile comes above
 * it: they write to {@link System#err}, which this stands in for as long as it is open. Thread-safe.
 */
final class TerminalLine implements AutoCloseable {

    private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");
    private static final String TO_BEGIN_AND_ERASE = "\r\u001b[K";

    /** What is longer than the terminal is wide is cut there: rows that it went on to would stay behind. */
    private static final String CUT = "\u001b[?7l";

    private static final String WRAP = "\u001b[?7h";

    private final PrintStream terminal;
    private final PrintStream before;
    private boolean shown;

    private TerminalLine(PrintStream terminal) {
        this.terminal = terminal;
        this.before = System.err;
        System.setErr(new PrintStream(new Above(), true, Charset.defaultCharset()));
    }

    /** @param terminal where standard error leads to */
    static TerminalLine open(PrintStream terminal) {
        return new TerminalLine(terminal);
    }

    /** Whether somebody may be looking at standard error, and not a file or another program. */
    static boolean isTerminal() {
        if ("dumb".equals(System.getenv("TERM"))) {
            return false;
        }
        if (!Files.isSymbolicLink(STANDARD_ERROR)) {
            return System.console() != null;
        }
        try {
            String leadsTo = Files.readSymbolicLink(STANDARD_ERROR).toString();
            return leadsTo.startsWith("/dev/pts/")
                    || leadsTo.startsWith("/dev/tty")
                    || leadsTo.startsWith("/dev/console");
        } catch (IOException e) {
            return false;
        }
    }

    /** Shows that instead of what was shown. */
    synchronized void show(String text) {
        terminal.print(TO_BEGIN_AND_ERASE + CUT + text + WRAP);
        terminal.flush();
        shown = true;
    }

    private synchronized void erase() {
        if (shown) {
            terminal.print(TO_BEGIN_AND_ERASE);
            terminal.flush();
            shown = false;
        }
    }

    /** The line is there no more. */
    @Override
    public synchronized void close() {
        erase();
        System.setErr(before);
    }

    /** Where others write: the line makes room, and is back when it is shown again. */
    private final class Above extends OutputStream {
        @Override
        public void write(int one) {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            synchronized (TerminalLine.this) {
                erase();
                terminal.write(bytes, offset, length);
                terminal.flush();
            }
        }
    }
}
