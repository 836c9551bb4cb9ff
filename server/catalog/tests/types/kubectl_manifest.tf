provider "kubectl" {
  host = aws_eks_cluster.main.endpoint
}

resource "aws_eks_cluster" "main" {
  name = "main"
}

resource "aws_eks_node_group" "apps" {
  cluster_name = aws_eks_cluster.main.name
  scaling_config {
    desired_size = 2
    max_size     = 2
    min_size     = 2
  }
}

resource "kubectl_manifest" "spark" {
  yaml_body = yamlencode({
    apiVersion = "argoproj.io/v1alpha1"
    kind       = "Application"
    metadata   = { name = "spark" }
  })
}

# => aws_eks_cluster.main control_plane 1/1 region
# => aws_eks_node_group.apps app_server 1/2 zones?(no zone is written)
# => kubectl_manifest.spark app_server ?(an object of its kind has no number) zones?(no zone is written)
# => aws_eks_node_group.apps -requires/certain/management-> aws_eks_cluster.main
# =>     aws_eks_node_group.apps takes its pods from aws_eks_cluster.main
# => kubectl_manifest.spark -requires/certain/management-> aws_eks_cluster.main
# =>     kubectl_manifest.spark is scheduled by aws_eks_cluster.main
# => kubectl_manifest.spark -requires/likely-> aws_eks_node_group.apps
# =>     kubectl_manifest.spark runs on aws_eks_cluster.main
# =>     aws_eks_cluster.main has the nodes aws_eks_node_group.apps
