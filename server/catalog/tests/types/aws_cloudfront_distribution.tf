resource "aws_cloudfront_distribution" "docs" {
  enabled = true
  origin {
    origin_id   = "site"
    domain_name = aws_s3_bucket_website_configuration.docs.website_endpoint
  }
  default_cache_behavior {
    target_origin_id = "site"
    lambda_function_association {
      event_type = "viewer-request"
      lambda_arn = aws_lambda_function.router.qualified_arn
    }
  }
}

resource "aws_s3_bucket" "docs" {
  bucket = "docs"
}

resource "aws_s3_bucket_website_configuration" "docs" {
  bucket = aws_s3_bucket.docs.id
}

resource "aws_lambda_function" "router" {
  function_name = "router"
  publish       = true
}

# => aws_cloudfront_distribution.docs cdn 1/1 region
# => aws_lambda_function.router serverless 1/1 region
# => aws_s3_bucket.docs storage 1/1 region
# => aws_cloudfront_distribution.docs -requires/certain-> aws_lambda_function.router
# =>     aws_cloudfront_distribution.docs runs aws_lambda_function.router for its requests
# => aws_cloudfront_distribution.docs -requires/certain-> aws_s3_bucket.docs
# =>     aws_cloudfront_distribution.docs fetches from aws_s3_bucket_website_configuration.docs
# =>     aws_s3_bucket_website_configuration.docs is the site of aws_s3_bucket.docs
