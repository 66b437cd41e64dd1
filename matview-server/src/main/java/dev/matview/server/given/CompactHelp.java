package dev.matview.server.given;

import java.util.List;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi.Text;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Help in two columns, so that on a terminal of 80 characters each option has one line, all of it. */
public final class CompactHelp extends Help {

    /** As wide as the longest option. */
    private static final int OPTION_WIDTH = 36;

    private static final int INDENT = 2;

    public CompactHelp(CommandSpec command, ColorScheme colorScheme) {
        super(command, colorScheme);
    }

    @Override
    public Layout createDefaultLayout(
            List<OptionSpec> options, List<PositionalParamSpec> parameters, ColorScheme colorScheme) {
        int width = commandSpec().usageMessage().width();
        TextTable table = TextTable.forColumns(
                colorScheme,
                new Column(OPTION_WIDTH, INDENT, Column.Overflow.SPAN),
                new Column(width - OPTION_WIDTH, 1, Column.Overflow.WRAP));
        return new Layout(colorScheme, table, CompactHelp::option, CompactHelp::parameter);
    }

    private static Text[][] option(OptionSpec option, IParamLabelRenderer label, ColorScheme scheme) {
        Text names = scheme.optionText(String.join(", ", option.names()))
                .concat(label.renderParameterLabel(option, scheme.ansi(), scheme.optionParamStyles()));
        return lines(names, option.description(), scheme);
    }

    private static Text[][] parameter(PositionalParamSpec parameter, IParamLabelRenderer label, ColorScheme scheme) {
        Text name = label.renderParameterLabel(parameter, scheme.ansi(), scheme.parameterStyles());
        return lines(name, parameter.description(), scheme);
    }

    private static Text[][] lines(Text name, String[] description, ColorScheme scheme) {
        return new Text[][] {
            {name, scheme.text(String.join(" ", description))},
        };
    }
}
