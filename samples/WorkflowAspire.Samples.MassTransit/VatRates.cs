namespace WorkflowAspire.Samples.MassTransit;

/// <summary>Stands for a service on the network: the first time that it is asked it doesn't answer.</summary>
internal sealed class VatRates
{
    private int _asked;

    /// <exception cref="TimeoutException">The service didn't answer; ask again.</exception>
    public Task<decimal> OfAsync(string country, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Interlocked.Increment(ref _asked) == 1) throw new TimeoutException($"The VAT rate of {country} was asked for and did not come in time.");
        return Task.FromResult(country == "DE" ? 0.19m : 0.20m);
    }
}
