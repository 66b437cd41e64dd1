package dev.matview.server;

import dev.matview.server.given.GivenValues;
import dev.matview.server.given.Ranges;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What all commands have in common: their help, and how they fail. */
@Command(sortOptions = false, synopsisHeading = "Usage: ")
abstract class ServerCommand implements Callable<Integer> {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this")
    private boolean help;

    /** Read before anything is parsed, see {@link GivenValues}. */
    @Option(names = "--config", paramLabel = "FILE", description = "more options, a line each")
    private @Nullable Path config;

    /** Set by picocli before it calls the command. */
    @Spec
    private @Nullable CommandSpec spec;

    /**
     * Does the work.
     *
     * @param out for what the command answers, and nothing else
     * @throws UsageException when the options are wrong: exit code 2
     * @throws StartupException when the work cannot be done: exit code 1
     */
    void run(PrintWriter out) throws UsageException, StartupException {
        throw new UnsupportedOperationException("a command does its work by one of the two");
    }

    /** The same, for a command that has more to say than that it has done its work: it gives the exit code. */
    int execute(PrintWriter out) throws UsageException, StartupException {
        run(out);
        return CommandLine.ExitCode.OK;
    }

    /** What is out of its range is told in one line, whichever commands have the options. */
    void requireRanges(CommandSpec command) throws UsageException {
        List<String> violations = Ranges.violations(command);
        if (!violations.isEmpty()) {
            throw new UsageException(String.join("; ", violations));
        }
    }

    private CommandLine commandLine() {
        return Objects.requireNonNull(spec, "spec").commandLine();
    }

    /** Where problems are told. */
    PrintWriter err() {
        return commandLine().getErr();
    }

    /** The message with the places in it that values came from. */
    String told(String message) {
        return commandLine().getDefaultValueProvider() instanceof GivenValues given ? given.told(message) : message;
    }

    /** What in the environment looks as if an option was meant that there is not. */
    List<String> misspeltVariables() {
        CommandSpec root = Objects.requireNonNull(spec, "spec").root();
        return commandLine().getDefaultValueProvider() instanceof GivenValues given ? given.misspelt(root) : List.of();
    }

    @Override
    public Integer call() {
        CommandLine commandLine = commandLine();
        try {
            requireRanges(commandLine.getCommandSpec());
            return execute(commandLine.getOut());
        } catch (UsageException e) {
            throw new ParameterException(commandLine, e.getMessage(), e);
        } catch (StartupException e) {
            commandLine.getErr().println("matview: " + told(String.valueOf(e.getMessage())));
            return CommandLine.ExitCode.SOFTWARE;
        } finally {
            commandLine.getOut().flush();
        }
    }
}
