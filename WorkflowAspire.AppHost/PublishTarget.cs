/// <summary>Where <c>aspire publish</c>, <c>aspire deploy</c> and <c>azd</c> take the system.</summary>
internal enum PublishTarget
{
    /// <summary>A Helm chart.</summary>
    Kubernetes,

    /// <summary>Azure Container Apps.</summary>
    Azure,
}
