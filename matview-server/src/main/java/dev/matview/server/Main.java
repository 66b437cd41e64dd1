package dev.matview.server;

import dev.matview.core.registry.Spelling;
import dev.matview.server.given.CompactHelp;
import dev.matview.server.given.ConfigFileException;
import dev.matview.server.given.GivenValues;
import dev.matview.server.process.MemoryExhaustion;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command line. Options without a command are those of {@code serve}. What is wrong is told in one message on standard
 * error; the exit code is then 2 for wrong options and 1 for everything else.
 */
@Command(
        name = "matview-server",
        description = "Serves global feeds over many user databases by HTTP.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisHeading = "Usage: ",
        synopsisSubcommandLabel = "[serve | COMMAND]",
        commandListHeading = "%nCommands; without one it is serve, whose options are shown by serve --help:%n",
        footer = {
            "%nExit codes: 0 done, 1 cannot start or cannot do it, 2 wrong options,",
            "3 out of memory, 130 and 143 ended by a signal."
        })
public final class Main {

    private static final Set<String> OWN_OPTIONS = Set.of("-h", "--help", "-V", "--version");

    /** How picocli begins to tell of a value that it cannot read: of the option only its name is of use. */
    private static final String CONVERSION = "^Invalid value for option '(--[a-z-]+)'[^:]*";

    private Main() {}

    public static void main(String[] args) {
        MemoryExhaustion.endProcess();
        Map<String, String> environment = System.getenv();
        System.exit(execute(environment, commandLine(environment), args));
    }

    /** Returns the exit code when the command has ended, or a server has. */
    static int execute(Map<String, String> environment, CommandLine commandLine, String... args) {
        String[] arguments = withCommand(args);
        GivenValues given;
        try {
            given = GivenValues.of(environment, commandLine, arguments);
        } catch (ConfigFileException e) {
            commandLine.getErr().println("matview: " + e.getMessage());
            return e.isUnreadable() ? CommandLine.ExitCode.SOFTWARE : CommandLine.ExitCode.USAGE;
        }
        commandLine.setDefaultValueProvider(given);
        commandLine.setParameterExceptionHandler((wrong, all) -> {
            commandLine.getErr().println("matview: " + given.told(message(wrong)));
            return CommandLine.ExitCode.USAGE;
        });
        return commandLine.execute(arguments);
    }

    /** The command line in an environment. */
    static CommandLine commandLine(Map<String, String> variables) {
        Map<String, String> environment = GivenValues.withOlderNames(variables);
        CommandLine commandLine = new CommandLine(new Main())
                .addSubcommand(new ServeCommand(environment))
                .addSubcommand(new CheckCommand(environment))
                .addSubcommand(new TryCommand(environment))
                .addSubcommand(new RegistryCommands.Import(environment))
                .addSubcommand(new RegistryCommands.Export(environment))
                .addSubcommand(ViewCommands.Views.commandLine(environment))
                .addSubcommand(new TokenCommand(environment));
        commandLine.setExpandAtFiles(false);
        commandLine.setHelpFactory(CompactHelp::new);
        commandLine.setUsageHelpAutoWidth(true);
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        return commandLine;
    }

    /** The arguments with {@code serve} before them where they begin with an option of its, or are none. */
    static String[] withCommand(String... args) {
        boolean named = args.length > 0 && (!args[0].startsWith("-") || OWN_OPTIONS.contains(args[0]));
        return named
                ? args
                : Stream.concat(Stream.of("serve"), Arrays.stream(args)).toArray(String[]::new);
    }

    /** One line, whatever the arguments hold: what is wrong, what may be meant, and where to read on. */
    private static String message(ParameterException wrong) {
        CommandSpec command = wrong.getCommandLine().getCommandSpec();
        String text = wrong instanceof UnmatchedArgumentException unmatched
                ? message(unmatched, command)
                : String.valueOf(wrong.getMessage());
        return text.replaceAll("[\\p{Cntrl}\u2028\u2029]+", " ").replaceFirst(CONVERSION, "$1") + " ("
                + command.qualifiedName() + " --help shows what there is)";
    }

    /** What follows an equals sign stays untold: it may be what somebody took for the place of a secret. */
    private static String message(UnmatchedArgumentException unmatched, CommandSpec command) {
        String given = unmatched.getUnmatched().get(0);
        boolean option = unmatched.isUnknownOption();
        String name = option && given.contains("=") ? given.substring(0, given.indexOf('=')) : given;
        Set<String> known =
                option ? command.optionsMap().keySet() : command.subcommands().keySet();
        String what = option ? "option" : known.isEmpty() ? "argument" : "command";
        return "unknown " + what + " '" + name + "'"
                + Spelling.nearest(name, known)
                        .map(meant -> "; did you mean " + meant + "?")
                        .orElse("");
    }

    /** The version that the jar's manifest tells. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"matview " + (version == null ? "(not packaged)" : version)};
        }
    }
}
