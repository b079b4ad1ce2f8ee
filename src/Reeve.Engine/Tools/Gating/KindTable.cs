using System.Collections.Frozen;
using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Records;
using Reeve.Engine.Tools.Kinds;

namespace Reeve.Engine.Tools.Gating;

/// <summary>Who reaches which tools. Immutable, thread-safe.</summary>
internal sealed class KindTable
{
    private readonly FrozenDictionary<ToolType, IToolKind> byType;

    /// <exception cref="ArgumentException">Two kinds reach tools of one type.</exception>
    internal KindTable(IReadOnlyList<IToolKind> kinds) =>
        byType = kinds.SelectMany(static kind => kind.Types.Select(type => KeyValuePair.Create(type, kind))).ToFrozenDictionary();

    internal IToolKind? Find(ToolType type) => byType.GetValueOrDefault(type);

    /// <summary>Why a tool cannot be called; empty when it can.</summary>
    internal IReadOnlyList<ReeveError> Problems(ToolDefinition tool) => Find(tool.Type) is { } kind
        ? kind.Problems(tool)
        : [new ReeveError(ErrorCatalogue.Tools.NoKind, $"Nothing here calls tools of the type {Wire.Name(tool.Type)}.", "type")];
}
