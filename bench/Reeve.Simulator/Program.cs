using Reeve.Simulator;
using Reeve.Testing.Simulated.Plants;
using Reeve.Testing.Simulated.Worlds;

const string usage = """
    Lives simulated worlds, one per seed: nodes with the real inbox, claims, committer, take-over and recovery on a simulated database, while
    connections, processes and clocks fail. Ends with 3 at the first seed in which a law does not hold, and says how to live it again.

      --sim N          how many seeds (200)
      --seed S         the first of them (1)
      --minutes M      end after so many minutes, whatever is left
      --nodes K        how many nodes (3)
      --plant NAME     plant a bug, to see that it is found
      --state FILE     remember where it stands, and go on from there
    """;

CampaignOptions options;
try
{
    options = CampaignOptions.Read(args);
}
catch (FormatException fault)
{
    Console.Error.WriteLine($"simulator: {fault.Message}");
    Console.Error.WriteLine(usage);
    Console.Error.WriteLine("Bugs that can be planted:");
    foreach (Plant plant in Plant.All)
    {
        Console.Error.WriteLine($"  {plant.Name,-14} {plant.What}");
    }

    return 2;
}

try
{
    return new Campaign(options, Console.Out, TimeProvider.System).Run();
}
catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException)
{
    Console.Error.WriteLine($"simulator: {fault.Message}");
    return 2;
}
