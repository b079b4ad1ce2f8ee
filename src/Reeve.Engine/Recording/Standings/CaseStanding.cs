using Reeve.Core.Decisions;
using Reeve.Core.Records;

namespace Reeve.Engine.Recording.Standings;

/// <summary>An exception on record, and what its last decision stands at.</summary>
/// <param name="Row">Its row.</param>
/// <param name="Standing">What every tool call made for it must at least meet.</param>
public sealed record CaseStanding(ExceptionRow Row, Standing Standing);
