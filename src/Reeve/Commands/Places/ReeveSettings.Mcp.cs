using Reeve.Core.Errors;
using Reeve.Engine.Tools.Kinds.McpTools;

namespace Reeve.Commands.Places;

/// <content>Which MCP servers are started.</content>
public sealed partial record ReeveSettings
{
    // A message holds an answer once as text and once as structure, and more around it.
    private const int MessagesPerAnswer = 4;

    private static Setting<IReadOnlyList<string>> McpCommandsSetting { get; } = new()
    {
        Name = "tools.mcpCommands", Form = "command lines: a list, or one text that is one", IsList = true, Default = [], Usually = "none",
        Read = static value => value.Items.All(McpOptions.IsCommand)
            ? value.Items
            : throw new ReeveException(new ReeveError(ErrorCatalogue.Configuration.BadValue, "Each must be a full path and its arguments, written as the tool's target shows them: apart by one space, unusual ones as JSON strings.")),
        Meaning = "The MCP servers that may be started as programs, each with all of its arguments ([tools.md](tools.md#mcp)). Others are refused.",
    };

    private static McpOptions ReadMcp(GivenSettings given, List<ReeveError> errors)
    {
        int answer = AnswerSetting.From(given, []) * Kibibyte;
        return new McpOptions { Commands = McpCommandsSetting.From(given, errors), AnswerBytes = answer, MessageBytes = MessagesPerAnswer * answer };
    }
}
