package dev.matview.server;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import picocli.CommandLine;

/** What came of a command line that did not start a server. */
record Started(int exitCode, String out, String err) {

    static Started with(Map<String, String> environment, String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine commandLine = Main.commandLine(environment);
        commandLine.setOut(new PrintWriter(out, true));
        commandLine.setErr(new PrintWriter(err, true));
        int exitCode = Main.execute(environment, commandLine, args);
        return new Started(exitCode, out.toString(), err.toString());
    }
}
