using Reeve.Core.Errors;
using Reeve.Core.Schemas.Checks;
using Reeve.Core.Schemas.Compiling;
using Reeve.Core.Schemas.Samples;
using Reeve.Core.Values;

namespace Reeve.Core.Schemas;

/// <summary>Where an instance breaks its schema.</summary>
/// <param name="InstancePointer">The JSON pointer of the value at fault; empty for the whole instance.</param>
/// <param name="KeywordLocation">The JSON pointer, in the schema document, of the keyword that is not satisfied.</param>
/// <param name="Message">What is wrong, for people; it holds no payload but names of properties.</param>
public sealed record SchemaProblem(string InstancePointer, string KeywordLocation, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => $"{(InstancePointer.Length == 0 ? "(document)" : InstancePointer)}: {Message} [{KeywordLocation}]";
}

/// <summary>
/// A JSON Schema of draft 2020-12, compiled. References stay inside the document; every keyword is known. Immutable and
/// thread-safe.
/// </summary>
/// <remarks>See <c>docs/schemas.md</c> for what is supported and what is refused, and why.</remarks>
public sealed class JsonSchema
{
    /// <summary>How many problems <see cref="Validate"/> reports at most; an instance with more is just as invalid.</summary>
    public const int MaxProblems = 20;

    private readonly SchemaNode root;

    // The one kept for reuse; null while a validation has it.
    private SchemaRun? idle;

    private JsonSchema(Value source, SchemaNode root)
    {
        Source = source;
        this.root = root;
    }

    /// <summary>The schema as it was given.</summary>
    public Value Source { get; }

    /// <summary>Compiles a schema: an object, or true or false.</summary>
    /// <exception cref="ReeveErrorsException">SCHEMA-001 to SCHEMA-008: all problems found, each with its pointer as subject.</exception>
    public static JsonSchema Compile(in Value schema) => new(schema, SchemaCompiler.Compile(schema));

    /// <summary>
    /// Whether the instance satisfies the schema. Allocates nothing once warm, save for <c>uniqueItems</c> of more than
    /// 16 items, numbers with more digits than a double, and values that JSON writes as text, such as timestamps. An instance
    /// that takes more than ten million steps or nests too deeply counts as invalid.
    /// </summary>
    public bool IsValid(in Value instance)
    {
        SchemaRun run = Interlocked.Exchange(ref idle, null) ?? new SchemaRun();
        run.Begin(collecting: false);
        bool valid = root.Test(instance, run, default);
        Volatile.Write(ref idle, run);
        return valid;
    }

    /// <summary>Everything the instance breaks, always in the same order, at most <see cref="MaxProblems"/>; empty when it is valid.</summary>
    public IReadOnlyList<SchemaProblem> Validate(in Value instance)
    {
        if (IsValid(instance))
        {
            return [];
        }

        SchemaRun run = new();
        run.Begin(collecting: true);
        _ = root.Test(instance, run, default);
        return run.Problems;
    }

    /// <summary>A small instance that satisfies the schema, always the same one; null when none was found.</summary>
    public Value? Sample() => SchemaSampler.Sample(root, this);
}
