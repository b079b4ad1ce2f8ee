using Reeve.Engine.Intake;

namespace Reeve.Server.Api;

/// <summary>Items that are all there, for doors that take them as they come.</summary>
internal static class RawItems
{
    internal static async IAsyncEnumerable<RawItem> ToAsync(this IReadOnlyList<RawItem> items)
    {
        await Task.CompletedTask;
        foreach (RawItem item in items)
        {
            yield return item;
        }
    }
}
