namespace Reeve.Core.Ports;

/// <summary>Whether the store was restored from a backup: then it knows less than the world (docs/decisions/0018, 0019). Thread-safe.</summary>
public interface IRestorations
{
    /// <summary>When the store was last put in place from a backup, by the database's clock; null when it never was. Usually answered from memory.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Errors.ReeveException">STORE-…: nobody can tell, and whoever asks takes it for now.</exception>
    ValueTask<DateTimeOffset?> LastAsync(CancellationToken cancellationToken);
}
