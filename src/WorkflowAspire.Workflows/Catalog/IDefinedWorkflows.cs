namespace WorkflowAspire.Workflows.Catalog;

/// <summary>Interprets workflows that tenants have written as JSON.</summary>
internal interface IDefinedWorkflows
{
    /// <summary>The interpreter of one version of a definition of the run's tenant.</summary>
    WorkflowDefinition Get(string name, int version);
}
