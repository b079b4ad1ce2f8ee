using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Values;
using Reeve.Core.Wording;

namespace Reeve.Engine.Tools.Kinds.MailTools;

/// <summary>What a pack says of a mail: <c>email {to, subject, body, allowDomains}</c>.</summary>
internal sealed class MailDefinition
{
    // More is a mailing list, which is one address.
    private const int MostRecipients = 50;

    private readonly List<ArgumentTemplate> recipients = [];
    private readonly List<string> allowed = [];
    private ArgumentTemplate subject = ArgumentTemplate.Read("");
    private ArgumentTemplate body = ArgumentTemplate.Read("");

    private MailDefinition()
    {
    }

    /// <summary>Reads it; what it notes in <paramref name="problems"/> keeps the tool from being called.</summary>
    internal static MailDefinition Read(ToolDefinition tool, DefinitionProblems problems)
    {
        MailDefinition mail = new();
        if (tool.Binding["email"].MapOrNull() is not { } email)
        {
            problems.Missing("It says no recipient.", "/email", "Give the tool email {to, subject, body}.");
            return mail;
        }

        mail.ReadRecipients(email["to"], problems);
        mail.subject = problems.Template(email["subject"].StringOrNull() ?? tool.Description, "/email/subject");
        mail.body = problems.Template(email["body"].StringOrNull() ?? "", "/email/body");
        foreach (string domain in DefinitionProblems.Texts(email["allowDomains"]))
        {
            mail.ReadDomain(domain, problems);
        }

        return mail;
    }

    /// <summary>Who gets the mail with these arguments, each once, in the definition's order.</summary>
    /// <param name="arguments">The call's.</param>
    /// <param name="error">Why nobody gets it; null when all of them are good.</param>
    internal IReadOnlyList<Mailbox> Recipients(ObjectMap arguments, out ReeveError? error)
    {
        List<Mailbox> found = [];
        error = null;
        foreach (ArgumentTemplate template in recipients)
        {
            foreach (string text in Texts(template, arguments))
            {
                if (Mailbox.Parse(text) is not { } address)
                {
                    error ??= new ReeveError(ErrorCatalogue.Tools.BadInput, "A recipient is no plain mail address, local@domain.", "/email/to");
                }
                else if (template.HasPlaces && allowed.Count > 0 && !address.IsWithin(allowed))
                {
                    error ??= new ReeveError(
                        ErrorCatalogue.Tools.TargetRefused, $"The recipient's domain {Shown.Name(address.Domain)} is not among those that the tool allows.", "/email/allowDomains", nextStep: "Send to another address, or add the domain to the tool's email.allowDomains.");
                }
                else if (!found.Contains(address))
                {
                    found.Add(address);
                }
            }
        }

        error ??= found.Count switch
        {
            0 => new ReeveError(ErrorCatalogue.Tools.BadInput, "The arguments name no recipient.", "/email/to"),
            > MostRecipients => new ReeveError(ErrorCatalogue.Tools.BadInput, $"There are {found.Count} recipients; {MostRecipients} at most.", "/email/to"),
            _ => null,
        };
        return error is null ? found : [];
    }

    /// <summary>Who would get it, as people read it, whether or not all of them are good.</summary>
    internal string RecipientsShown(ObjectMap arguments) =>
        string.Join(',', recipients.SelectMany(template => Texts(template, arguments)).Select(text => Mailbox.Parse(text)?.ToString() ?? Shown.Name(text)).Distinct(StringComparer.Ordinal));

    /// <summary>The subject with these arguments.</summary>
    internal string Subject(ObjectMap arguments) => subject.Fill(arguments);

    /// <summary>The body with these arguments.</summary>
    internal string Body(ObjectMap arguments) => body.Fill(arguments);

    // One place, one address: what an argument holds is never taken apart. A list that stands alone gives an address for each item, which its schema allowed.
    private static IEnumerable<string> Texts(ArgumentTemplate template, ObjectMap arguments)
    {
        Value argument = template.IsPlace ? template.Argument(arguments) : Value.Of(template.Fill(arguments));
        return argument.ListOrNull() is { } list
            ? [.. list.Items.ToArray().Select(ArgumentTemplate.Text)]
            : argument.IsNull ? [] : [ArgumentTemplate.Text(argument)];
    }

    private void ReadRecipients(Value to, DefinitionProblems problems)
    {
        // In a text of the definition commas part addresses.
        string[] texts = to.StringOrNull()?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? DefinitionProblems.Texts(to);
        foreach (string text in texts)
        {
            ArgumentTemplate template = problems.Template(text.Trim(), "/email/to");
            recipients.Add(template);
            if (!template.HasPlaces && Mailbox.Parse(text.Trim()) is null)
            {
                problems.Bad($"{Shown.Name(text)} is no plain mail address; write local@domain, without a name.", "/email/to");
            }
        }

        if (recipients.Count == 0)
        {
            problems.Missing("It says no recipient.", "/email/to", "Give email.to an address or a list of them.");
        }
    }

    private void ReadDomain(string domain, DefinitionProblems problems)
    {
        if (Mailbox.IsDomainPattern(domain))
        {
            allowed.Add(domain);
        }
        else
        {
            problems.Bad($"{Shown.Name(domain)} is no domain; write example.com, or *.example.com for those below it.", "/email/allowDomains");
        }
    }
}
