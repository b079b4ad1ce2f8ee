using Reeve.Core.Errors;
using Reeve.Operations.Logs;

namespace Reeve.Tests.Logs;

/// <summary>Which records pass.</summary>
public sealed class LogLevelsTests
{
    [Theory]
    [InlineData("", "Engine.Pipeline.Runner", LogSeverity.Info)]
    [InlineData("debug", "Engine", LogSeverity.Debug)]
    [InlineData("INFO,Engine.Pipeline=DEBUG", "Engine.Pipeline.Runner", LogSeverity.Debug)]
    [InlineData("INFO,Engine.Pipeline=DEBUG", "Engine.PipelineOther", LogSeverity.Info)]
    [InlineData("INFO,Engine.Pipeline=DEBUG,Engine=ERROR", "Engine.Pipeline", LogSeverity.Debug)]
    [InlineData("INFO, Engine = ERROR , engine.pipeline = CRITICAL", "Engine.Pipeline.X", LogSeverity.Critical)]
    [InlineData("Engine=ERROR", "Core", LogSeverity.Info)]
    [InlineData("DEBUG", "Microsoft.AspNetCore", LogSeverity.Warning)]
    [InlineData("DEBUG,Microsoft=INFO", "Microsoft.AspNetCore", LogSeverity.Info)]
    public void The_longest_name_decides(string text, string component, LogSeverity from)
    {
        LogLevels levels = new(text);

        levels.IsEnabled(component, from).ShouldBeTrue();
        (from > LogSeverity.Debug && levels.IsEnabled(component, from - 1)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("LOUD")]
    [InlineData("INFO,Engine=")]
    [InlineData("INFO,Engine=VERBOSE")]
    public void A_level_that_is_none_is_refused_and_changes_nothing(string text)
    {
        LogLevels levels = new("ERROR");

        Should.Throw<ReeveException>(() => levels.Set(text)).Error.Code.ShouldBe("LOG-001");
        levels.IsEnabled("Engine", LogSeverity.Warning).ShouldBeFalse();
    }

    [Fact]
    public void Levels_are_written_as_they_are_read()
    {
        LogLevels levels = new("WARNING,Storage=DEBUG,Engine=ERROR");
        levels.Set(null, LogSeverity.Critical);

        levels.ToString().ShouldBe("CRITICAL,Engine=ERROR,Microsoft=WARNING,Storage=DEBUG,System=WARNING");
        new LogLevels(levels.ToString()).ToString().ShouldBe(levels.ToString());
    }
}
