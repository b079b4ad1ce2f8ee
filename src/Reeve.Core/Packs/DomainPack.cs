using Reeve.Core.Calendars;
using Reeve.Core.Documents;
using Reeve.Core.Errors;
using Reeve.Core.Expressions;
using Reeve.Core.JsonPaths;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Core.Packs;

/// <summary>What a domain knows (EX-MODEL-11), validated and compiled. Immutable, shared by every tenant that uses it.</summary>
public sealed record DomainPack
{
    /// <summary>The domain's name.</summary>
    public required DomainName Name { get; init; }

    /// <summary>For people; empty when not given.</summary>
    public string Description { get; init; } = "";

    /// <summary>The pack's semantic version.</summary>
    public string Version { get; init; } = "1.0.0";

    /// <summary>What the document says, as a SHA-256 in lower-case hex; see <see cref="Documents.ContentHash"/>.</summary>
    public required string ContentHash { get; init; }

    /// <summary>The document as it was read, for showing and for differences.</summary>
    public required StoredDocument Source { get; init; }

    /// <summary>Words of the domain.</summary>
    public NamedList<Concept> Ontology { get; init; } = new([], _ => "");

    /// <summary>Things of the domain.</summary>
    public NamedList<EntityDefinition> Entities { get; init; } = new([], _ => "");

    /// <summary>How raw documents become records; empty: members of the raw object are used as they are named.</summary>
    public IReadOnlyList<IntakeMapping> Intake { get; init; } = [];

    /// <summary>How long after its close a problem counts as the same one when it is delivered again; an open problem has no end. Null means 24 hours.</summary>
    public PackDuration? ProblemWindow { get; init; }

    /// <summary>Business calendars.</summary>
    public NamedList<BusinessCalendar> Calendars { get; init; } = new([], _ => "");

    /// <summary>The taxonomy; at least one type.</summary>
    public required NamedList<ExceptionType> ExceptionTypes { get; init; }

    /// <summary>Severity rules for every type; a type has its own besides.</summary>
    public IReadOnlyList<SeverityRule> SeverityRules { get; init; } = [];

    /// <summary>Tools.</summary>
    public NamedList<ToolDefinition> Tools { get; init; } = new([], _ => "");

    /// <summary>Playbooks as written, before <c>extends</c> and <c>includes</c> are resolved.</summary>
    public IReadOnlyList<Playbook> Playbooks { get; init; } = [];

    /// <summary>Guardrails.</summary>
    public Guardrails Guardrails { get; init; } = new();

    /// <summary>The pack's own tests.</summary>
    public IReadOnlyList<TestSuite> TestSuites { get; init; } = [];

    /// <summary>Example cases, kept as written.</summary>
    public IReadOnlyList<Value> Examples { get; init; } = [];
}

/// <summary>A word of the domain.</summary>
public sealed record Concept(string Name, string Definition, IReadOnlyList<string> Synonyms);

/// <summary>A thing of the domain.</summary>
public sealed record EntityDefinition(string Name, IReadOnlyList<EntityAttribute> Attributes, IReadOnlyList<EntityRelation> Relations);

/// <summary>An attribute of a thing. <paramref name="Type"/> is a JSON Schema type name; empty when it was not given.</summary>
public sealed record EntityAttribute(string Name, string Type, bool Required);

/// <summary>A relation to another thing; <paramref name="Type"/> is empty when only the name was given.</summary>
public sealed record EntityRelation(string ToEntity, string Type);

/// <summary>One way a raw document becomes records: the first whose <see cref="When"/> holds is used.</summary>
public sealed record IntakeMapping
{
    /// <summary>Holds for documents this mapping reads; null means all. Sees <c>doc</c>.</summary>
    public Expression? When { get; init; }

    /// <summary>The list whose items become one record each; null means the document itself. Sees <c>doc</c>.</summary>
    public Expression? Each { get; init; }

    /// <summary>Fields of the record by name, in order; a name that is no field of the record is a key of normalizedContext. See <c>doc</c> and <c>item</c>.</summary>
    public IReadOnlyList<MappedField> Fields { get; init; } = [];

    /// <summary>The object of the document that is kept as received (<c>record.rawPayload</c>); null: the item itself. Sees <c>doc</c> and <c>item</c>.</summary>
    public Expression? Payload { get; init; }

    /// <summary>What makes two deliveries the same problem; null when not mapped.</summary>
    public Expression? Fingerprint { get; init; }

    /// <summary>The source's own id; null when not mapped.</summary>
    public Expression? ExternalId { get; init; }

    /// <summary><c>open</c> or <c>close</c>; null means open.</summary>
    public Expression? State { get; init; }
}

/// <summary>One mapped field.</summary>
public sealed record MappedField(string Name, Expression Source);

/// <summary>A type of exception.</summary>
public sealed record ExceptionType
{
    /// <summary>Its key in the pack.</summary>
    public required ExceptionTypeName Name { get; init; }

    /// <summary>For people; empty when not given.</summary>
    public string Description { get; init; } = "";

    /// <summary>The type it specialises; null for a root.</summary>
    public ExceptionTypeName? Parent { get; init; }

    /// <summary>This type and its ancestors, itself first, the root last.</summary>
    public required IReadOnlyList<ExceptionTypeName> Lineage { get; init; }

    /// <summary>The severity when no rule matches, its own or the nearest ancestor's; null when none gives one.</summary>
    public Severity? DefaultSeverity { get; init; }

    /// <summary>Free labels.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>False: for information only, nothing is ever done about it.</summary>
    public bool Actionable { get; init; } = true;

    /// <summary>Conditions by which the type is recognised.</summary>
    public IReadOnlyList<DetectionRule> DetectionRules { get; init; } = [];

    /// <summary>Severity rules of this type alone (ancestors' are not repeated here).</summary>
    public IReadOnlyList<SeverityRule> SeverityRules { get; init; } = [];
}

/// <summary>A condition by which a type is recognised: CEL, or a JSONPath that finds something in the payload.</summary>
public sealed record DetectionRule
{
    /// <summary>How decisions cite it.</summary>
    public required RuleId Id { get; init; }

    /// <summary>As written.</summary>
    public required string Text { get; init; }

    /// <summary>The CEL condition; null when the rule is a JSONPath.</summary>
    public Expression? Condition { get; init; }

    /// <summary>The JSONPath; null when the rule is CEL.</summary>
    public JsonPath? Path { get; init; }

    /// <summary>Whether it holds: of a condition what it comes to, of a path whether it finds something.</summary>
    /// <param name="scope">The names that a condition uses.</param>
    /// <param name="payload">The raw payload, in which a path looks.</param>
    public Truth Ask(Activation scope, ObjectMap payload) => Path is not { } path
        ? Condition!.Test(scope) // not null: a rule is one or the other
        : path.Ask(Value.Of(payload)) switch
        {
            PathAnswer.Something => new Truth(TruthKind.True, null),
            PathAnswer.Nothing => new Truth(TruthKind.False, null),
            _ => new Truth(TruthKind.Unknown, new ValueError("the path looks at too many places", path.Text, 0)),
        };
}

/// <summary>A rule that gives a severity when its condition holds.</summary>
/// <param name="Id">How decisions cite it.</param>
/// <param name="Condition">When it matches.</param>
/// <param name="Severity">What it gives.</param>
/// <param name="PriorityScore">An order among equals for people's lists; null when not given.</param>
public sealed record SeverityRule(RuleId Id, Expression Condition, Severity Severity, double? PriorityScore);

/// <summary>A group of tests in a pack.</summary>
/// <param name="SuiteId">Its name; its one-based position when none is written.</param>
/// <param name="Cases">Its cases.</param>
public sealed record TestSuite(string SuiteId, IReadOnlyList<TestCase> Cases)
{
    /// <summary>Whether its id is a name, by which a policy can restate its cases, and no mere position.</summary>
    public bool IsNamed { get; init; } = true;

    /// <summary>The time at which its cases are judged; null means the run's.</summary>
    public DateTimeOffset? AsOf { get; init; }
}

/// <summary>One test: a raw exception and what must come of it.</summary>
public sealed record TestCase
{
    /// <summary>Unique in its suite; its one-based position when not given.</summary>
    public required string CaseId { get; init; }

    /// <summary>
    /// The raw exception, or a list of them of which the last is judged; when only a type was given, an envelope of that type with
    /// an empty payload. Null only in a policy's case that takes the input of the one it restates.
    /// </summary>
    public required Value Input { get; init; }

    /// <summary>Whether its id is written, and no mere position.</summary>
    public bool IsNamed { get; init; } = true;

    /// <summary>The time at which the case is judged; null means the run's.</summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>The playbook that must be selected; null when not checked.</summary>
    public PlaybookId? ExpectedPlaybookId { get; init; }

    /// <summary>Whether the test says that no playbook may be selected (<c>expectedPlaybookId: null</c>).</summary>
    public bool ExpectsNoPlaybook { get; init; }

    /// <summary>The fields of the outcome that are checked; empty when none is.</summary>
    public ObjectMap ExpectedOutput { get; init; } = ObjectMap.Empty;

    /// <summary>Whether it expects anything at all.</summary>
    public bool ExpectsSomething => ExpectedPlaybookId is not null || ExpectsNoPlaybook || ExpectedOutput.Count > 0;

    /// <summary>Where it stands in the document that gives it.</summary>
    public string Pointer { get; init; } = "";

    /// <summary>Types that a policy's case names and the domain pack must declare; empty in a domain pack, whose own are checked when it is read.</summary>
    public IReadOnlyList<PackReference> NamedTypes { get; init; } = [];

    /// <summary>Why it cannot be run under the policy it is bound to; null when it can, and then it has an input.</summary>
    public ReeveError? Fault { get; init; }
}
