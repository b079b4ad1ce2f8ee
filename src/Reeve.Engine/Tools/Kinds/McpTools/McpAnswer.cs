using System.Text.Json.Nodes;
using Reeve.Core.Errors;
using Reeve.Core.Values;

namespace Reeve.Engine.Tools.Kinds.McpTools;

/// <summary>What a server's result comes to. All of it is data: nothing in it is followed. Pure.</summary>
internal static class McpAnswer
{
    /// <summary>Reads the result of a call.</summary>
    /// <param name="result">As it came.</param>
    /// <param name="limit">The largest that is used, in bytes of JSON.</param>
    /// <param name="declaresOutput">Whether the pack declares what the answer is, so that text that is JSON is read as such.</param>
    internal static AttemptResult Read(JsonNode? result, int limit, bool declaresOutput)
    {
        Value read;
        try
        {
            read = McpSession.Read(result);
        }
        catch (ReeveException)
        {
            return Useless("The server's result cannot be read.");
        }

        if (JsonText.ToUtf8(read).Length > limit)
        {
            return Useless($"The server's result is longer than {limit} bytes.");
        }

        if (read.MapOrNull() is not { } map)
        {
            return Useless("The server's result is no object.");
        }

        if (map["resultType"].StringOrNull() is { } type and not "complete")
        {
            // What it asks for (a sample of a model, a person's word) it does not get, so it does not go on.
            return new AttemptResult.Refused(new ReeveError(ErrorCatalogue.Tools.Declined, type == "input_required" ? "The server asks for something before it does anything." : "The server gives no result."), Value.Null);
        }

        Value output = Output(map, declaresOutput);
        return map["isError"] is { Kind: ValueKind.Bool } isError && isError.AsBool()
            ? new AttemptResult.Refused(new ReeveError(ErrorCatalogue.Tools.Declined, "The server's tool reports an error."), output)
            : new AttemptResult.Answered(output);
    }

    private static AttemptResult.Useless Useless(string message) => new(new ReeveError(ErrorCatalogue.Tools.BadOutput, message));

    private static Value Output(MapValue result, bool declaresOutput)
    {
        if (result.TryGet("structuredContent", out Value structured) && !structured.IsNull)
        {
            return structured;
        }

        if (result["content"].ListOrNull() is not { Items.Length: > 0 } content)
        {
            return Value.Null;
        }

        // Images and the like have no other form than their own.
        List<string> texts = [];
        foreach (Value block in content.Items)
        {
            if (block.MapOrNull() is not { } part || part["type"].StringOrNull() != "text" || part["text"].StringOrNull() is not { } text)
            {
                return Value.Of(content);
            }

            texts.Add(text);
        }

        string whole = string.Join('\n', texts);
        return declaresOutput && Parsed(whole) is { } parsed ? parsed : Value.Of(whole);
    }

    private static Value? Parsed(string text)
    {
        try
        {
            return JsonText.Parse(text, JsonLimits.Payload with { MaxBytes = int.MaxValue });
        }
        catch (ReeveException)
        {
            return null;
        }
    }
}
