using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Values;
using Reeve.Core.Wording;

namespace Reeve.Engine.Tools.Kinds.CommandTools;

/// <summary>What a pack says of a program: <c>command {argv, workdir, limits, dashAllowed, refusedExitCodes}</c>.</summary>
internal sealed class CommandDefinition
{
    // Linux takes 128 KiB for one argument (MAX_ARG_STRLEN) and Windows 32,767 characters for all; what is larger is read from standard input.
    private const int LongestArgument = 8 * 1024;
    private const int LongestArguments = 24 * 1024;

    private const int KibibytesOfOutput = 1024;

    private readonly List<ArgumentTemplate> argv = [];

    private CommandDefinition()
    {
    }

    /// <summary>The full path of the program; empty when the definition names none that may be run.</summary>
    internal string Program { get; private set; } = "";

    /// <summary>The folder in the sandbox in which it starts; empty for the sandbox itself.</summary>
    internal string WorkFolder { get; private set; } = "";

    /// <summary>How long it may run.</summary>
    internal TimeSpan Time { get; private set; }

    /// <summary>How much address space it may have, in bytes; null: as much as there is.</summary>
    internal long? Memory { get; private set; }

    /// <summary>How much it may write, in bytes, on both outputs together.</summary>
    internal long Output { get; private set; }

    /// <summary>The exit codes by which the program says that it did nothing.</summary>
    internal IReadOnlyList<int> RefusedExitCodes { get; private set; } = [];

    private IReadOnlyList<string> DashAllowed { get; set; } = [];

    /// <summary>Reads it; what it notes in <paramref name="problems"/> keeps the tool from being called.</summary>
    internal static CommandDefinition Read(ToolDefinition tool, CommandOptions options, Launcher launcher, DefinitionProblems problems)
    {
        CommandDefinition command = new();
        if (options.Folder is null)
        {
            problems.Missing("No folder of programs is configured, so no program is run.", nextStep: "Set tools.commandFolder to the folder that holds the programs that packs may name.");
        }
        else if (launcher.Missing is { } program)
        {
            problems.Missing($"{program} is not on this machine, and without it a program could outlive its time.", nextStep: "Install coreutils, or run the node where they are.");
        }

        if (tool.Binding["command"].MapOrNull() is not { } given)
        {
            problems.Missing("It names no program.", "/command", "Give the tool command {argv}.");
            return command;
        }

        command.ReadProgram(DefinitionProblems.Texts(given["argv"]), options.Folder, problems);
        command.ReadWorkFolder(given["workdir"].StringOrNull() ?? "", problems);
        command.ReadLimits(tool, given["limits"].MapOrNull(), launcher, problems);
        command.DashAllowed = DefinitionProblems.Texts(given["dashAllowed"]);
        command.RefusedExitCodes = [.. (given["refusedExitCodes"].ListOrNull()?.Items.ToArray() ?? []).Where(code => code.Kind == ValueKind.Int).Select(code => (int)code.AsInt())];
        return command;
    }

    /// <summary>What the program is given after its name: one for each that the definition writes, whatever the arguments hold.</summary>
    /// <param name="arguments">The call's.</param>
    /// <param name="error">Why it is not run with them; null when it can be.</param>
    internal IReadOnlyList<string> Arguments(ObjectMap arguments, out ReeveError? error)
    {
        List<string> texts = [];
        error = null;
        bool isOperand = false;
        foreach (ArgumentTemplate template in argv)
        {
            string text = template.IsPlace ? ArgumentTemplate.Text(template.Argument(arguments)) : template.Fill(arguments);
            texts.Add(text);
            if (template.IsPlace)
            {
                error ??= Problem(template, text, arguments, isOperand);
            }
            else
            {
                isOperand |= text == "--";
            }
        }

        if (error is null && texts.Sum(text => text.Length) > LongestArguments)
        {
            error = Refused($"The program's arguments have more than {LongestArguments} characters.");
        }

        return error is null ? texts : [];
    }

    private ReeveError? Problem(ArgumentTemplate template, string text, ObjectMap arguments, bool isOperand)
    {
        string name = template.Names.First();

        // Left out, it would move those after it into its place; empty, it would say something that nobody wrote.
        return template.Argument(arguments).IsNull ? Refused($"The program needs the argument {Shown.Name(name)}.")
            : text.Length > LongestArgument ? Refused($"The argument {Shown.Name(name)} has more than {LongestArgument} characters.")
            : text.Contains('\0', StringComparison.Ordinal) ? Refused($"The argument {Shown.Name(name)} has a NUL, at which a program would stop reading.")
            : !IsUnicode(text) ? Refused($"The argument {Shown.Name(name)} is no Unicode text.")
            : text.StartsWith('-') && !isOperand && !DashAllowed.Contains(name) ? Refused($"The argument {Shown.Name(name)} begins with '-', so the program could take it for an option.")
            : null;
    }

    private static ReeveError Refused(string message) => new(ErrorCatalogue.Tools.BadInput, message, "/command/argv");

    private static bool IsUnicode(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[++i])))
            {
                return false;
            }
        }

        return true;
    }

    private void ReadProgram(string[] given, string? folder, DefinitionProblems problems)
    {
        if (given.Length == 0)
        {
            problems.Missing("It names no program.", "/command/argv", "Give command.argv the program and what it is given.");
            return;
        }

        string program = given[0];
        if (ArgumentTemplate.Read(program).HasPlaces)
        {
            problems.Bad("An argument cannot choose the program.", "/command/argv/0");
        }
        else if (folder is not null)
        {
            // By its text alone, so a link in the folder leads wherever who put it there wants.
            string within = Path.GetFullPath(folder).TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar;
            string path = program.Contains('\0', StringComparison.Ordinal) ? "" : Path.GetFullPath(program, within);
            if (path.Length > within.Length && path.StartsWith(within, StringComparison.Ordinal))
            {
                Program = path;
            }
            else
            {
                problems.Bad($"The program {Shown.Name(program)} is not in the folder of programs (tools.commandFolder).", "/command/argv/0");
            }
        }

        for (int i = 1; i < given.Length; i++)
        {
            string text = given[i];
            ArgumentTemplate template = problems.Template(text, $"/command/argv/{i}");
            argv.Add(template);
            if (template.HasPlaces && !template.IsPlace)
            {
                problems.Bad($"{Shown.Name(text)} mixes text and arguments; an argument is one of the program's by itself, as \"{{args.name}}\".", $"/command/argv/{i}");
            }
        }
    }

    private void ReadWorkFolder(string folder, DefinitionProblems problems)
    {
        string[] parts = folder.Split('/', '\\');
        if (folder.Length > 0 && (Path.IsPathRooted(folder) || folder.Contains('\0', StringComparison.Ordinal) || parts.Contains("..", StringComparer.Ordinal)))
        {
            problems.Bad("It must be a relative path without '..': a program works in a folder of its own, which is gone when it ends.", "/command/workdir");
        }
        else
        {
            WorkFolder = folder;
        }
    }

    private void ReadLimits(ToolDefinition tool, MapValue? limits, Launcher launcher, DefinitionProblems problems)
    {
        TimeSpan asked = limits is not null && Number(limits["seconds"]) is { } seconds ? TimeSpan.FromSeconds(seconds) : tool.Timeout;
        Time = asked < tool.Timeout ? asked : tool.Timeout;
        Output = (limits is not null && Number(limits["outputKb"]) is { } kibibytes ? (long)kibibytes : KibibytesOfOutput) * 1024;
        Memory = limits is not null && Number(limits["memoryMb"]) is { } mebibytes ? (long)mebibytes * 1024 * 1024 : null;
        if (Memory is not null && !launcher.LimitsMemory)
        {
            problems.Missing("Memory cannot be limited on this machine, and the tool asks for it.", "/command/limits/memoryMb", "Run the node on Linux with util-linux (prlimit), or take the limit out.");
        }
    }

    private static double? Number(Value value) => value.Kind switch
    {
        ValueKind.Int => value.AsInt(),
        ValueKind.Double => value.AsDouble(),
        _ => null,
    };
}
