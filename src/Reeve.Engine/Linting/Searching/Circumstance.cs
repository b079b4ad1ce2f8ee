using Reeve.Core.Records;

namespace Reeve.Engine.Linting.Searching;

/// <summary>A type and a severity that an exception can have when a condition is asked; null: none yet.</summary>
internal readonly record struct Circumstance(string? Type, Severity? Severity);
