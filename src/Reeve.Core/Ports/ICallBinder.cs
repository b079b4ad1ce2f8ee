using Reeve.Core.Calls;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Core.Ports;

/// <summary>Says where a call would go and what an approval of it binds, without making it. Pure; thread-safe.</summary>
public interface ICallBinder
{
    /// <summary>Binds a call.</summary>
    /// <param name="policy">The packs.</param>
    /// <param name="tool">The tool.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>Null when the packs define no such tool, or it cannot be called.</returns>
    CallBinding? Bind(BoundPolicy policy, ToolName tool, ObjectMap arguments);
}

/// <summary>What a call is bound to.</summary>
/// <param name="ToolVersion">The tool's version.</param>
/// <param name="Target">Where it goes.</param>
/// <param name="Digest">What an approval binds.</param>
public sealed record CallBinding(string ToolVersion, string Target, CallDigest Digest);
