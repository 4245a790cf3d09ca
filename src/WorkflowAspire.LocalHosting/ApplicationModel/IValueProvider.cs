namespace Aspire.Hosting.ApplicationModel;

/// <summary>Something whose value is known when the application runs.</summary>
public interface IValueProvider
{
    /// <summary>The value, as soon as it is known.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default);
}

/// <summary>Something that stands as an expression in a deployment manifest.</summary>
public interface IManifestExpressionProvider
{
    /// <summary>The expression, such as <c>{redis.connectionString}</c>.</summary>
    string ValueExpression { get; }
}

/// <summary>A value that is made of others.</summary>
public interface IValueWithReferences
{
    /// <summary>What it is made of.</summary>
    IEnumerable<object> References { get; }
}

/// <summary>A value that is known when the application runs, and an expression where it is deployed.</summary>
public interface IExpressionValue : IValueProvider, IManifestExpressionProvider;
