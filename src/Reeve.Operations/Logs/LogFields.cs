using System.Globalization;
using System.Text;
using Reeve.Core.Errors;
using Reeve.Core.Redaction;
using Reeve.Core.Values;

namespace Reeve.Operations.Logs;

/// <summary>
/// Gathers what one record says from its scopes and its state, and gives it out without secrets. A name that is given twice
/// keeps its last value: inner scopes before outer, the record's own before all.
/// </summary>
internal sealed class LogFields
{
    // Longer texts say no more to a reader, and would let one record push many others out of the file.
    private const int LongestText = 8 * 1024;
    private const int LongestField = 256;
    private readonly List<string> names = [];
    private readonly List<Value> values = [];

    public string? Agent { get; private set; }

    public string? Tenant { get; private set; }

    public string? WorkItem { get; private set; }

    public string? Phase { get; private set; }

    public string? CorrelationId { get; private set; }

    /// <summary>Adds what a scope or a state holds; of one that is no list of pairs, its text under a name of ours.</summary>
    public void Add(object? state)
    {
        switch (state)
        {
            case IReadOnlyList<KeyValuePair<string, object?>> pairs:
                for (int i = 0; i < pairs.Count; i++)
                {
                    Add(pairs[i].Key, pairs[i].Value);
                }

                break;
            case IEnumerable<KeyValuePair<string, object?>> pairs:
                foreach ((string name, object? value) in pairs)
                {
                    Add(name, value);
                }

                break;
            case null:
                break;
            default:
                Add("scope", state);
                break;
        }
    }

    /// <summary>The properties as an object without secrets; null when there are none.</summary>
    public Value Properties() =>
        names.Count == 0 ? Value.Null : Redactor.Redact(Value.Of(new ObjectMap([.. names], [.. values])));

    /// <summary>
    /// The message without secrets. A property that is hidden for its name is hidden where the message repeats it, too: "using
    /// {ApiKey}" does not name it.
    /// </summary>
    public string Message(string message)
    {
        string shown = message;
        for (int i = 0; i < names.Count; i++)
        {
            if (values[i].StringOrNull() is { Length: > 0 } text && Redactor.IsSecretName(names[i]))
            {
                shown = shown.Replace(text, Redactor.Mark, StringComparison.Ordinal);
            }
        }

        return Text(shown);
    }

    /// <summary>A fault as an object: type, message, code of ours, and from ERROR on everything the framework says of it.</summary>
    public static Value Fault(Exception exception, LogSeverity severity)
    {
        List<string> keys = ["type", "message"];
        List<Value> parts = [Value.Of(exception.GetType().FullName), Value.Of(Text(exception.Message))];
        if (exception is ReeveException fault)
        {
            keys.Add("code");
            parts.Add(Value.Of(fault.Error.Code));
        }

        if (severity >= LogSeverity.Error)
        {
            keys.Add("stack");
            parts.Add(Value.Of(Text(exception.ToString())));
        }

        return Value.Of(new ObjectMap([.. keys], [.. parts]));
    }

    /// <summary>A text as it may be written: without secrets, of bounded length, and without characters that a reader refuses.</summary>
    public static string Text(string text) => Cut(Redactor.Redact(text), LongestText);

    private void Add(string name, object? value)
    {
        if (name == "{OriginalFormat}" || AddField(name, value))
        {
            return;
        }

        int at = names.IndexOf(name);
        Value converted = ValueOf(value);
        if (at >= 0)
        {
            values[at] = converted;
        }
        else
        {
            names.Add(Cut(name, LongestField));
            values.Add(converted);
        }
    }

    // Placeholders name the fields in their own case: {Tenant}, {TenantId}, {WorkItem}.
    private bool AddField(string name, object? value)
    {
        if (value is null)
        {
            return IsField(name);
        }

        string text = Cut(Redactor.Redact(value.ToString() ?? ""), LongestField);
        switch (name)
        {
            case "agent" or "Agent" or "AgentId": Agent = text; return true;
            case "tenant" or "Tenant" or "TenantId": Tenant = text; return true;
            case "workItem" or "WorkItem" or "WorkItemId" or "ExceptionId": WorkItem = text; return true;
            case "phase" or "Phase" or "Stage": Phase = text; return true;
            case "correlationId" or "CorrelationId": CorrelationId = text; return true;
            default: return false;
        }
    }

    private static bool IsField(string name) =>
        name is LogScope.AgentField or LogScope.TenantField or LogScope.WorkItemField or LogScope.PhaseField or LogScope.CorrelationIdField;

    private static Value ValueOf(object? value) => value switch
    {
        null => Value.Null,
        Value known => known,
        string text => Value.Of(Cut(text, LongestText)),
        bool truth => Value.Of(truth),
        long or int or short or sbyte or byte or ushort or uint => Value.Of(Convert.ToInt64(value, CultureInfo.InvariantCulture)),
        ulong large => Value.Of(large),
        double or float => Value.Of(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
        DateTimeOffset time => Value.Of(TimeText.Timestamp(time)),
        IFormattable other => Value.Of(Cut(other.ToString(null, CultureInfo.InvariantCulture), LongestText)),
        _ => Value.Of(Cut(value.ToString() ?? "", LongestText)),
    };

    // U+0000 and lone surrogates are no text that a reader takes; the cut itself must not make one.
    private static string Cut(string text, int longest)
    {
        string cut = text.Length <= longest ? text : text[..(char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest)] + "…";
        return IsClean(cut) ? cut : Cleaned(cut);
    }

    private static bool IsClean(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\0' || (char.IsSurrogate(text[i]) && !char.IsSurrogatePair(text, i++)))
            {
                return false;
            }
        }

        return true;
    }

    private static string Cleaned(string text)
    {
        StringBuilder clean = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            clean.Append((rune.Value == 0 ? Rune.ReplacementChar : rune).ToString());
        }

        return clean.ToString();
    }
}
